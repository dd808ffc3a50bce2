/** The configuration file: what the generator writes, and all that may be said, is read. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { load } from "js-yaml";
import { parseConfig, parseCredentials } from "../../agent/config-parse.ts";
import { parseListen } from "../../agent/config-scalars.ts";
import {
  type Change,
  changed,
  errorsOf,
  full,
  id,
  one,
  plainElection,
  six,
} from "./config-sample.ts";

const golden = new URL("../golden/", import.meta.url);

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
