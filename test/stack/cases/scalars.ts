/** Fields that say by themselves what they take: the edges of each. */
import { publicKey } from "../bases.ts";
import type { RuleCase } from "../rule-case.ts";

type Edge = readonly [
  path: string,
  bad: readonly unknown[],
  good: readonly unknown[],
  says: RegExp,
];

const edges: readonly Edge[] = [
  ["name", ["Shop", "-a", "a-", "1a", "a_b", "a".repeat(64), 5], ["s", "a-1"], /a name of lower/],
  ["nodes", [0, 65, 1.5, "2", null, []], [1, 64, { count: 2 }], /how many nodes/],
  ["app-servers", [0, 4001, "3"], [1, 200], /how many app servers/],
  ["services.web.port", [0, 65536, "80", 80.5], [1, 65535], /a port between 1 and 65535/],
  [
    "services.web.check",
    ["health", "/a b", ""],
    ["/", "/health?x=1"],
    /the path of a health check/,
  ],
  ["services.web.from", [["10.0.0.1/24"]], [[], ["10.0.0.0/24", "::/0"]], /host bits are zero/],
  [
    "addresses.web.ip",
    ["198.51.100", "198.51.100.256", 5],
    ["2001:db8::1"],
    /IPv4 or IPv6 address/,
  ],
  ["election.interval", ["1", 1, "1m", "-1s", ".5s"], ["100ms", "0.5s", "60s"], /with its unit/],
  ["election.instance", ["", "VI 1", "{"], [], /a name of letters|text of one line/],
  ["access.ssh-keys", [["AAAA"], ["ssh-rsa"]], [[publicKey]], /a public key/],
  ["agent.url", ["http://a.example/x", "a.example"], [], /an https URL/],
  ["agent.sha256", ["abc", "A".repeat(64)], [], /64 hex digits/],
  ["extra.packages", [["-x"], [""], ["a b"]], [["tcpdump", "libssl3t64"]], /the name of a package/],
  ["extra.commands", [[""]], [["true"]], /a command of the shell/],
  ["system", ["debian-11", "Debian 12"], ["debian-12"], /not known here/],
  ["health", [[{ tcp: "localhost" }]], [[{ tcp: "[::1]:80" }]], /write host:port/],
  [
    "health",
    [[{ tcp: "127.0.0.1:0" }], [{ tcp: "127.0.0.1:65536" }]],
    [[{ tcp: "127.0.0.1:65535" }]],
    /a port between 1 and 65535 behind the host/,
  ],
  [
    "health",
    [[{ http: "https://127.0.0.1/" }], [{ http: "http:a" }]],
    [[{ http: "http://127.0.0.1:80/health" }]],
    /write a URL/,
  ],
  [
    "health",
    [[{ ping: "-f" }], [{ ping: "a b" }]],
    [[{ ping: "8.8.8.8" }], [{ ping: "::1" }]],
    /an address or a host name to ping/,
  ],
  ["networks", [{ lan: { cidr: "10.0.0.0/024", interface: "e" } }], [], /host bits are zero/],
  ["networks", [{ lan: { interface: "eth 1" } }], [], /name of an interface/],
];

/** Changes of one scalar that are errors, each with what is said. */
export const scalarCases: readonly Pick<RuleCase, "title" | "broken" | "message">[] = edges.flatMap(
  ([path, bad, , message]) =>
    bad.map((value) => ({
      title: `${path}: ${JSON.stringify(value)}`,
      broken: { [path]: value },
      message,
    })),
);

/** Changes of one scalar that no field objects to. */
export const scalarsAllowed: readonly Readonly<Record<string, unknown>>[] = edges.flatMap(
  ([path, , good]) => good.map((value) => ({ [path]: value })),
);

const file = { path: "/etc/motd", content: "hello" };

/** Fields of a file, which are tried together with its others. */
export const fileCases: readonly Pick<RuleCase, "title" | "broken" | "message">[] = [
  { mode: "644", says: /a quoted file mode/ },
  { mode: 644, says: /a quoted file mode/ },
  { mode: "0888", says: /a quoted file mode/ },
  { owner: "root", says: /user:group/ },
  { path: "etc/motd", says: /an absolute path/ },
  { path: "/etc/\nmotd", says: /an absolute path/ },
  { content: 5, says: /write text, or name where it comes from/ },
].map(({ says, ...field }) => ({
  title: `a file with ${JSON.stringify(field)}`,
  broken: { "extra.files": [{ ...file, ...field }] },
  message: says,
}));
