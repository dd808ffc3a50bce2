/** Each mistake in the configuration or the credentials is named with its path. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCredentials } from "../../agent/config-parse.ts";
import {
  type Change,
  changed,
  errorsOf,
  exoipElection,
  full,
  id,
  key,
  one,
  six,
} from "./config-sample.ts";

const wrong: readonly [...Change, ...errors: readonly string[]][] = [
  [["version"], 2, "version: must be 1"],
  [["stack"], "", "stack: must be one line of text"],
  [["stack"], "a\nb", "stack: must be one line of text"],
  [
    ["node"],
    "lb_1",
    "node: must be a name",
    "addresses[0].ranks.lb_1: must be a whole number from 0 to 255",
    "addresses[1].ranks.lb_1: must be a whole number from 0 to 255",
  ],
  [["node"], 7, "node: must be a name"],
  [["node"], undefined, "node: must be a name"],
  [["cloud"], null, "cloud.provider: must be exoscale: this bundle is for exoscale"],
  [["cloud", "provider"], "oci", "cloud.provider: must be exoscale: this bundle is for exoscale"],
  [["cloud", "zone"], "", "cloud.zone: must be a zone"],
  [["cloud", "zone"], "x.evil.example/", "cloud.zone: must be a zone"],
  [["cloud", "endpoint"], "ftp://x", "cloud.endpoint: must be a URL"],
  [["cloud", "endpoint"], "api", "cloud.endpoint: must be a URL"],
  [["addresses"], [], "addresses: must be a list of 1 to 32"],
  [["addresses"], {}, "addresses: must be a list of 1 to 32"],
  [["addresses"], [7], "addresses[0]: must be an object"],
  [["addresses", 0, "ip"], undefined, "addresses[0].ip: must be an IP address of its own"],
  [["addresses", 0, "ip"], "198.51.100.256", "addresses[0].ip: must be an IP address of its own"],
  [["addresses", 1, "ip"], "198.51.100.50", "addresses[1].ip: must be an IP address of its own"],
  [["addresses", 0, "id"], "web", "addresses[0].id: must be a UUID"],
  [["addresses", 0, "vip"], "10.0.0.9", "addresses[0].vip: must be left out: no such key is known"],
  [["addresses", 0, "interface"], "-d", "addresses[0].interface: must be a name or an address"],
  [
    ["addresses", 0, "ranks"],
    { lb2: 0 },
    "addresses[0].ranks.lb1: must be a whole number from 0 to 255",
  ],
  [
    ["addresses", 0, "ranks", "lb2"],
    256,
    "addresses[0].ranks.lb2: must be a whole number from 0 to 255",
  ],
  [["election", "method"], "vrrp", "election.method: must be heartbeat"],
  [["election", "method"], "toString", "election.method: must be heartbeat"],
  [["election", "intervalMs"], 49, "election.intervalMs: must be a whole number from 50 to 60000"],
  [
    ["election", "intervalMs"],
    60_001,
    "election.intervalMs: must be a whole number from 50 to 60000",
  ],
  [
    ["election", "intervalMs"],
    99.5,
    "election.intervalMs: must be a whole number from 50 to 60000",
  ],
  [
    ["election", "intervalMs"],
    "1000",
    "election.intervalMs: must be a whole number from 50 to 60000",
  ],
  [["election", "deadRatio"], 1, "election.deadRatio: must be a whole number from 2 to 20"],
  [["election", "deadRatio"], 21, "election.deadRatio: must be a whole number from 2 to 20"],
  [["election", "hold"], "both", "election.hold: must be exclusive or shared"],
  [["election", "port"], 0, "election.port: must be a whole number from 1 to 65535"],
  [["election", "port"], 65536, "election.port: must be a whole number from 1 to 65535"],
  [["election", "wire"], "plain", "election.wire: must be authenticated or exoip"],
  [["election", "priority"], -1, "election.priority: must be a whole number from 0 to 255"],
  [["election", "priority"], 256, "election.priority: must be a whole number from 0 to 255"],
  [["election", "nicId"], "66666666", "election.nicId: must be a UUID"],
  [["election", "listen"], "eth0", "election.listen: must be ADDRESS, :PORT or ADDRESS:PORT"],
  [
    ["election", "peers", "from"],
    "dns",
    "election.peers.from: must be security-group or label or addresses",
  ],
  [
    ["election", "peers", "addresses", "lb2"],
    "lb2",
    "election.peers.addresses.lb2: must be an IP address",
  ],
  [
    ["election", "peers", "addresses"],
    { lb2: "10.0.0.2", lb3: "10.0.0.3", lb4: "10.0.0.2" },
    "election.peers.addresses: must be at most 15 addresses that differ",
  ],
  [
    ["election", "peers", "addresses"],
    Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`p${at}`, `10.0.1.${at}`])),
    "election.peers.addresses: must be at most 15 addresses that differ",
  ],
  [["election", "peers"], { from: "label" }, "election.peers.name: must be one line of text"],
  [
    ["election", "peers"],
    { from: "security-group", name: "lb", id: "lb" },
    "election.peers.id: must be a UUID",
  ],
  [["election", "preempt"], "yes", "election.preempt: must be true or false"],
  [
    ["election", "preemptDelayMs"],
    -1,
    "election.preemptDelayMs: must be a whole number from 0 to 10000000000",
  ],
  [["election", "intervalms"], 1000, "election.intervalms: must be left out: no such key is known"],
  [["health"], null, "health: must be a list of 0 to 64"],
  [["health"], "tcp", "health: must be a list of 0 to 64"],
  [
    ["health", 0, "check", "kind"],
    "icmp",
    "health[0].check.kind: must be http or tcp or command or link or ping",
  ],
  [["health", 0, "check", "url"], "127.0.0.1", "health[0].check.url: must be a URL"],
  [
    ["health", 1, "check", "port"],
    "80",
    "health[1].check.port: must be a whole number from 1 to 65535",
  ],
  [["health", 2, "check", "argv"], [], "health[2].check.argv: must be a list of 1 to 64"],
  [["health", 2, "check", "argv"], ["a\0b"], "health[2].check.argv[0]: must be text"],
  [
    ["health", 3, "check", "interface"],
    0,
    "health[3].check.interface: must be a name or an address",
  ],
  [["health", 4, "check", "host"], "-f", "health[4].check.host: must be a name or an address"],
  [
    ["health", 0, "intervalMs"],
    2 ** 31,
    "health[0].intervalMs: must be a whole number from 1 to 2147483647",
  ],
  [
    ["health", 0, "timeoutMs"],
    0,
    "health[0].timeoutMs: must be a whole number from 1 to 2147483647",
  ],
  [["health", 0, "rise"], 0, "health[0].rise: must be a whole number from 1 to 100"],
  [["health", 0, "fall"], 101, "health[0].fall: must be a whole number from 1 to 100"],
  [["credentialsFile"], "credentials.json", "credentialsFile: must be an absolute path"],
  [["stateDirectory"], "/a\0", "stateDirectory: must be an absolute path"],
  [["instance"], "lb1", "instance: must be a UUID"],
  [["instance"], id.replace(/-/g, ""), "instance: must be a UUID"],
  [["instance"], id.replace("-", ""), "instance: must be a UUID"],
  [["instance"], `${id}0`, "instance: must be a UUID"],
  [["statusSocket"], 1, "statusSocket: must be an absolute path"],
  [["statusListen"], ":9100", "statusListen: must be ADDRESS:PORT"],
  [["statusListen"], "127.0.0.1", "statusListen: must be ADDRESS:PORT"],
  [["releaseOnStop"], 1, "releaseOnStop: must be true or false"],
  [["respectMs"], -1, "respectMs: must be a whole number from 0 to 2147483647"],
  [["takeFromOutside"], null, "takeFromOutside: must be true or false"],
  [["__proto__x"], {}, "__proto__x: must be left out: no such key is known"],
  // exoip's wire has room for one IPv4 address.
  [["election"], exoipElection, "addresses: must be a list of 1 to 1"],
];

test("each mistake is named with its path", () => {
  for (const [path, value, ...errors] of wrong) {
    assert.deepEqual(errorsOf(changed([path, value])), errors, String(path));
  }
});

test("exoip's wire takes one address, of IPv4", () => {
  const withAddresses = (addresses: unknown) =>
    errorsOf(JSON.stringify({ ...full, addresses, election: exoipElection }));
  assert.deepEqual(withAddresses(one), []);
  assert.deepEqual(withAddresses(six), [
    "addresses[0].ip: must be an IPv4 address, for exoip's wire",
  ]);
});

test("the node's own rank is looked for by its name alone", () => {
  const text = JSON.stringify({ ...full, node: "constructor" });
  assert.deepEqual(
    errorsOf(text),
    [0, 1].map((at) => `addresses[${at}].ranks.constructor: must be a whole number from 0 to 255`),
  );
});

test("33 addresses are too many", () => {
  const many = Array.from({ length: 33 }, (_, at) => ({ ...one[0], ip: `10.0.0.${at}` }));
  assert.deepEqual(errorsOf(JSON.stringify({ ...full, addresses: many.slice(1) })), []);
  const errors = errorsOf(JSON.stringify({ ...full, addresses: many }));
  assert.deepEqual(errors, ["addresses: must be a list of 1 to 32"]);
});

test("all mistakes are told at once", () => {
  const text = JSON.stringify({ ...full, version: 0, node: 7, respectMs: "x" });
  assert.deepEqual(errorsOf(text), [
    "version: must be 1",
    "node: must be a name",
    "respectMs: must be a whole number from 0 to 2147483647",
  ]);
});

test("what is no JSON, and no object, is refused", () => {
  assert.deepEqual(errorsOf("{\n  x"), ["the file: must be JSON; look at line 2"]);
  assert.deepEqual(errorsOf(""), ["the file: must be JSON"]);
  for (const text of ["null", "[]", "7", '"x"'])
    assert.deepEqual(errorsOf(text), ["the file: must be an object"]);
});

const credentials = { cloud: { key: "EXOkey", secret: "s3cret" }, heartbeatKeys: [key] };
const wrongCredentials: readonly [object, string][] = [
  [{ cloud: { key: "EXOkey" } }, "cloud.secret: must be printable text without spaces"],
  [{ cloud: { key: "", secret: "s" } }, "cloud.key: must be printable text without spaces"],
  [{ cloud: { key: "a\n", secret: "s" } }, "cloud.key: must be printable text without spaces"],
  [{ cloud: [] }, "cloud: must be an object"],
  [{ heartbeatKeys: [] }, "heartbeatKeys: must be a list of 1 to 8"],
  [{ heartbeatKeys: undefined }, "heartbeatKeys: must be a list of 1 to 8"],
  [{ heartbeatKeys: [key, key.slice(4)] }, "heartbeatKeys[1]: must be base64 of at least 32 bytes"],
  [{ heartbeatKeys: [`${key}*`] }, "heartbeatKeys[0]: must be base64 of at least 32 bytes"],
  [{ token: "x" }, "token: must be left out: no such key is known"],
];

test("credentials: key and secret, and a heartbeat key where frames are signed", () => {
  assert.deepEqual(parseCredentials(JSON.stringify(credentials), "authenticated"), { credentials });
  for (const [change, error] of wrongCredentials) {
    const parsed = parseCredentials(JSON.stringify({ ...credentials, ...change }), "authenticated");
    assert.deepEqual(parsed, { errors: [error] });
  }
  const unsigned = { ...credentials, heartbeatKeys: [] };
  assert.deepEqual(parseCredentials(JSON.stringify(unsigned), "exoip"), { credentials: unsigned });
});

test("no error about credentials tells what stands in them", () => {
  const secret = "hunter2-hunter2";
  const texts = [
    `{"cloud":{"key":${secret}}}`,
    JSON.stringify({ cloud: { key: `${secret} `, secret: [secret] }, heartbeatKeys: [secret] }),
    JSON.stringify({ cloud: secret, heartbeatKeys: secret }),
  ];
  for (const text of texts) {
    const parsed = parseCredentials(text, "authenticated");
    assert.ok("errors" in parsed && !parsed.errors.join().includes("hunter2"));
  }
});
