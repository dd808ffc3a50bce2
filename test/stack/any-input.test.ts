/** Whatever is written, loading gives a stack or says what is wrong; it never throws. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { dump } from "js-yaml";
import { formatDiagnostic, hasErrors } from "../../stack/diagnostic.ts";
import { loadStack } from "../../stack/load.ts";
import { type Base, bases, publicKey } from "./bases.ts";

/** Loads and shows everything, and holds the promise of the result. */
function load(text: string): "stack" | "errors" {
  const loaded = loadStack(text, "stack.yaml");
  const found = loaded.ok ? loaded.warnings : loaded.diagnostics;
  for (const one of found) {
    const lines = formatDiagnostic(one).split("\n");
    assert.match(lines[0] ?? "", /^(error|warning): \S/);
    assert.ok(lines.length <= 5);
    const { position } = one;
    if (position === undefined) continue;
    assert.ok(position.line >= 1 && position.column >= 1 && position.length >= 1);
    assert.ok(text.includes(position.text));
  }
  assert.equal(loaded.ok, !hasErrors(found));
  return loaded.ok ? "stack" : "errors";
}

/** A stack file that uses every section, to be broken in one place. */
const rich = {
  name: "rich",
  cloud: { provider: "exoscale", zone: "de-fra-1" },
  networks: {
    public: { type: "public", interface: "eth0" },
    lan: { cidr: "10.7.0.0/24", interface: "eth1", gateway: "10.7.0.1" },
    six: { cidr: "2001:db8:7::/64", interface: "eth2" },
  },
  addresses: { web: { ip: "198.51.100.50", order: ["lb2", "lb1"] }, six: { ip: "2001:db8::50" } },
  nodes: {
    count: 2,
    hosts: { lb1: { ips: { lan: "10.7.0.5" }, size: "small" }, lb2: null },
    system: "debian-12",
    extra: { packages: ["tcpdump"] },
  },
  "app-servers": {
    slots: 5,
    hosts: {
      one: { "host-name": "one.example.com", "public-ip": "198.51.100.9" },
      two: { "cloud-config": "#cloud-config\n{}\n", image: "debian" },
    },
  },
  services: {
    web: { port: 80, "target-port": 8080, check: "/health", from: ["192.0.2.0/24"] },
    mail: { port: 25, protocol: "tcp" },
  },
  proxy: "haproxy",
  election: { method: "heartbeat", interval: "500ms", "dead-ratio": 4, peers: "addresses" },
  health: [
    { http: "http://127.0.0.1/", interval: "5s", timeout: "2s" },
    { tcp: "127.0.0.1:80" },
    { command: ["/bin/true"] },
    { link: "eth0", rise: 3 },
    { ping: "192.0.2.1", fall: 9 },
  ],
  access: { "ssh-keys": [publicKey], "ssh-from": ["192.0.2.0/24"], "icmp-from": ["::/0"] },
  system: "ubuntu-22.04",
  extra: { files: [{ path: "/etc/motd", content: "hello", mode: "0600" }], commands: ["true"] },
  agent: { credentials: { key: "${env:KEY}", secret: "${file:secret}" }, loopback: "ifupdown" },
  secret: "${pulumi:secret}",
};

type Path = readonly (string | number)[];

/** The paths of everything in a value, collections included. */
const pathsIn = (value: unknown, path: Path = []): Path[] =>
  typeof value !== "object" || value === null
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];

/** A copy in which the entry at a path has another value, or is gone. */
function replaced(whole: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const copy: Record<string, unknown> | unknown[] = structuredClone(whole) as Record<
    string,
    unknown
  >;
  const inner = replaced(copy[step], rest, value);
  if (rest.length > 0 || value !== undefined) copy[step] = inner;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete copy[step];
  return copy;
}

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    "",
    " ",
    "equal",
    [],
    {},
    [[]],
    { a: {} },
    [null],
    true,
  ),
  fc.constantFrom<unknown>(-1, 0, 1e300, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 65536, 2 ** 53),
  fc.constantFrom<unknown>(
    "10.0.0.0/8",
    "0.0.0.0/0",
    "::",
    "::/0",
    "10.7.0.255",
    "255.255.255.255",
  ),
  fc.constantFrom<unknown>("openbsd-7", "carp", "vrrp", "shared", "oci", "none", "0s", "9999999s"),
  fc.constantFrom<unknown>(
    "__proto__",
    "constructor",
    "\u0000",
    "\ud800",
    "\u202e",
    "é",
    "${env:A}",
  ),
  fc.jsonValue(),
);

describe("never throws", () => {
  test("the rich stack is right, and all its parts are there", () => {
    assert.equal(load(dump(rich)), "stack");
    for (const base of Object.values(bases)) assert.equal(load(dump(base)), "stack");
  });

  test("for any value", () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => void load(dump(value))));
  });

  test("for any value under the names of the stack file", () => {
    const section = fc.record(Object.fromEntries(Object.keys(rich).map((key) => [key, odd])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(section, (value) => void load(dump(value))),
      { numRuns: 60 },
    );
  });

  test("for any text", () => {
    const yaml = fc.array(
      fc.constantFrom(
        "a",
        "name",
        ":",
        " ",
        "\n",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "&a",
        "*a",
        "|",
        "é",
        "\ud800",
        "\u2028",
      ),
    );
    const text = fc.oneof(
      fc.string({ unit: "binary-ascii" }),
      yaml.map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (source) => void load(source)),
      { numRuns: 500 },
    );
  });

  test("when one entry of a right stack is gone", () => {
    const kept = pathsIn(rich).filter(
      (path) => load(dump(replaced(rich, path, undefined))) === "stack",
    );
    assert.ok(kept.length > 20, "most keys are optional");
  });

  const places: [Base | "rich", unknown, Path][] = [
    ["rich", rich] as const,
    ...Object.entries(bases),
  ].flatMap(([name, stack]) =>
    pathsIn(stack).map((path): [Base | "rich", unknown, Path] => [name as Base, stack, path]),
  );

  test("when one entry of a right stack is odd", () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), odd, ([, stack, path], value) => {
        load(dump(replaced(stack, path, value)));
      }),
      { numRuns: 120 },
    );
  });

  test("when two entries of a right stack are odd", () => {
    const place = fc.constantFrom(...pathsIn(rich).filter(({ length }) => length > 0));
    fc.assert(
      fc.property(place, odd, place, odd, (first, one, second, other) => {
        fc.pre(first[0] !== second[0]);
        load(dump(replaced(replaced(rich, first, one), second, other)));
      }),
      { numRuns: 30 },
    );
  });
});

describe("the text is read as it is written", () => {
  test("in block style and in flow style alike, with the same errors", () => {
    const messages = (text: string) => {
      const loaded = loadStack(text, "stack.yaml");
      const found = loaded.ok ? loaded.warnings : loaded.diagnostics;
      return found.map(({ path, message }) => `${path.join(".")}: ${message}`).sort();
    };
    fc.assert(
      fc.property(fc.constantFrom(...pathsIn(rich)), odd, (path, value) => {
        const stack = replaced(rich, path, value);
        assert.deepEqual(messages(dump(stack, { flowLevel: 1 })), messages(dump(stack)));
      }),
      { numRuns: 30 },
    );
  });
});
