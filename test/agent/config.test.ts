/** The configuration file: what the generator writes is read, and each mistake is named. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { load } from "js-yaml";
import { parseConfig, parseCredentials } from "../../agent/config-parse.ts";
import { parseListen } from "../../agent/config-scalars.ts";

const golden = new URL("../golden/", import.meta.url);
const id = "66666666-7777-4888-9999-aaaaaaaaaaaa";
const key = Buffer.alloc(32, 7).toString("base64");

/** All files of this path that the generator writes for Exoscale, by host. */
function written(path: string): [string, string][] {
  return ["exoscale-elastic-ip-article", "minimal"].flatMap((example) =>
    readdirSync(new URL(example, golden))
      .filter((host) => host.startsWith("lb"))
      .map((host): [string, string] => {
        const text = readFileSync(new URL(`${example}/${host}`, golden), "utf8");
        const { write_files } = load(text) as { write_files: { path: string; content: string }[] };
        const file = write_files.find((one) => one.path === path);
        return [`${example}/${host}`, file?.content ?? ""];
      }),
  );
}

test("what the generator writes for Exoscale is read as it stands", () => {
  const configs = written("/etc/baton/agent.json");
  assert.equal(configs.length, 4);
  for (const [host, text] of configs)
    assert.deepEqual(parseConfig(text), { config: JSON.parse(text) }, host);
  for (const [host, text] of written("/etc/baton/credentials.json"))
    assert.deepEqual(
      parseCredentials(text, "authenticated"),
      { credentials: JSON.parse(text) },
      host,
    );
});

/** A configuration that uses every key. */
const full = {
  version: 1,
  stack: "shop",
  node: "lb1",
  cloud: { provider: "exoscale", zone: "ch-gva-2", endpoint: "http://127.0.0.1:8080/v2" },
  addresses: [
    { name: "web", ip: "198.51.100.50", id, interface: "lo", ranks: { lb1: 0, lb2: 1 } },
    { name: "six", ip: "2001:db8::50", interface: "br_lan", ranks: { lb1: 1, lb2: 0 } },
  ],
  election: {
    method: "heartbeat",
    intervalMs: 200,
    deadRatio: 3,
    hold: "shared",
    port: 12345,
    wire: "authenticated",
    priority: 10,
    nicId: id,
    listen: "10.0.0.1:12345",
    peers: { from: "addresses", addresses: { lb2: "10.0.0.2" } },
    preempt: false,
    preemptDelayMs: 0,
  },
  health: [
    { kind: "http", url: "http://127.0.0.1/health" },
    { kind: "tcp", host: "::1", port: 80 },
    { kind: "command", argv: ["sh", "-c", "true\nexit 0"] },
    { kind: "link", interface: "eth1" },
    { kind: "ping", host: "8.8.8.8" },
  ].map((check) => ({ check, intervalMs: 2000, timeoutMs: 1000, rise: 2, fall: 3 })),
  credentialsFile: "/etc/baton/credentials.json",
  stateDirectory: "/var/lib/baton",
  instance: id,
  statusSocket: "/run/baton/status.sock",
  statusListen: "127.0.0.1:9100",
  releaseOnStop: true,
  respectMs: 60_000,
  takeFromOutside: false,
};
const { listen: _listen, nicId: _nicId, ...plainElection } = full.election;
const exoipElection = { ...full.election, wire: "exoip" };
const one = full.addresses.slice(0, 1);
const six = full.addresses.slice(1);

type Change = readonly [path: readonly (string | number)[], value: unknown];

/** `full` with one place changed; undefined takes the key out. */
function changed([path, value]: Change): string {
  const copy = structuredClone(full) as unknown;
  const last = path[path.length - 1] ?? "";
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, part) => Reflect.get(Object(at), part), copy);
  Reflect.set(Object(parent), last, value);
  return JSON.stringify(copy);
}

const errorsOf = (text: string): readonly string[] => {
  const parsed = parseConfig(text);
  return "errors" in parsed ? parsed.errors : [];
};

test("a configuration that uses every key is read as it stands", () => {
  assert.deepEqual(parseConfig(JSON.stringify(full)), { config: full });
});

const fine: readonly Change[] = [
  [["election", "intervalMs"], 50],
  [["election", "intervalMs"], 60_000],
  [["election", "deadRatio"], 2],
  [["election", "deadRatio"], 20],
  [["election", "priority"], 0],
  [["election", "priority"], 255],
  [["election", "port"], 65535],
  [["election", "listen"], ":5000"],
  [["election", "listen"], "::1"],
  [["election", "peers"], { from: "security-group", name: "load balancer", id }],
  [["election", "peers"], { from: "label", name: "baton=lb" }],
  [["election"], plainElection],
  [["addresses", 1, "ip"], "198.51.100.51"],
  [["health"], []],
  [["health", 1, "check", "host"], "localhost"],
  [["statusListen"], "[::1]:9100"],
  ...[
    "instance",
    "statusSocket",
    "statusListen",
    "releaseOnStop",
    "respectMs",
    "takeFromOutside",
  ].map((name): Change => [[name], undefined]),
  [["cloud", "endpoint"], undefined],
  [["addresses", 0, "id"], undefined],
];

test("what may be said otherwise, or left out", () => {
  for (const change of fine) assert.deepEqual(errorsOf(changed(change)), [], String(change));
});

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

test("addresses and ids come out in the one way in which they are compared", () => {
  const text = JSON.stringify({
    ...full,
    instance: id.toUpperCase(),
    addresses: [{ ...six[0], ip: "2001:DB8:0::50" }],
    election: {
      ...full.election,
      peers: { from: "addresses", addresses: { lb2: "2001:DB8::0:2" } },
    },
  });
  const parsed = parseConfig(text);
  assert.ok("config" in parsed);
  assert.equal(parsed.config.instance, id);
  assert.equal(parsed.config.addresses[0]?.ip, "2001:db8::50");
  const { election } = parsed.config;
  assert.ok(election.method === "heartbeat" && election.peers.from === "addresses");
  assert.deepEqual(election.peers.addresses, { lb2: "2001:db8::2" });
});

test("a mark of its encoding and other line ends change nothing", () => {
  const text = JSON.stringify(full, null, 2);
  assert.deepEqual(parseConfig(`\uFEFF${text.replace(/\n/g, "\r\n")}`), { config: full });
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

test("any JSON at any place is read or refused, and never throws", () => {
  const paths: (string | number)[][] = [
    ...Object.keys(full).map((name) => [name]),
    ...Object.keys(full.election).map((name) => ["election", name]),
    ...Object.keys(one[0] ?? {}).map((name) => ["addresses", 0, name]),
    ["health", 0],
    ["health", 0, "check"],
    ["election", "peers", "addresses"],
  ];
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(fc.constantFrom(...paths), fc.jsonValue()).map(changed),
  );
  fc.assert(
    fc.property(
      text,
      fc.constantFrom("authenticated" as const, "exoip" as const),
      (given, wire) => {
        const parsed = parseConfig(given);
        assert.ok("config" in parsed || parsed.errors.length > 0);
        const secrets = parseCredentials(given, wire);
        assert.ok("credentials" in secrets || secrets.errors.length > 0);
      },
    ),
    { numRuns: 3000 },
  );
});

const places: readonly [string, ReturnType<typeof parseListen>][] = [
  [":12345", { host: undefined, port: 12345 }],
  ["10.0.0.1:80", { host: "10.0.0.1", port: 80 }],
  ["10.0.0.1", { host: "10.0.0.1", port: undefined }],
  ["[2001:DB8::1]:80", { host: "2001:db8::1", port: 80 }],
  ["[::]", { host: "::", port: undefined }],
  ["::1", { host: "::1", port: undefined }],
  ["::1:80", { host: "::1:80", port: undefined }],
  ...["", ":", ":0", ":65536", ":x", "x:80", "localhost:80", "10.0.0.1:", "[]:80", "1.2.3.4:0"].map(
    (text): [string, undefined] => [text, undefined],
  ),
];

test("where to listen: an address, a port or both", () => {
  for (const [text, place] of places) assert.deepEqual(parseListen(text), place, text);
});
