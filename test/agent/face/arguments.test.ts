/** The command line: every command, and a line of help for every slip. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseArguments } from "../../../agent/face/arguments.ts";
import { exoipNames } from "../../../agent/face/exoip.ts";
import { helpText } from "../../../agent/face/help.ts";

const parse = (line: string, as = "/usr/local/bin/baton-agent") =>
  parseArguments(line === "" ? [] : line.split(" "), {}, as);

const configFile = "/etc/baton/agent.json";
const socket = "/run/baton/status.sock";

const good: readonly [string, object][] = [
  ["watch", { command: "watch", configFile, check: false }],
  ["watch --config /etc/x.json", { command: "watch", configFile: "/etc/x.json", check: false }],
  ["watch -config=/etc/x.json", { command: "watch", configFile: "/etc/x.json", check: false }],
  ["watch --config /a --config /b", { command: "watch", configFile: "/b" }],
  ["watch --check", { command: "watch", configFile, check: true }],
  ["watch --check=false", { command: "watch", check: false }],
  ["watch --check --check=0", { command: "watch", check: false }],
  ["check", { command: "check", configFile, online: false }],
  ["check --online --config /x", { command: "check", configFile: "/x", online: true }],
  ["status", { command: "status", json: false, socket }],
  [
    "status --json --socket /run/exoip/status.sock",
    { json: true, socket: "/run/exoip/status.sock" },
  ],
  ["handover", { command: "handover", socket }],
  ["handover --socket /x", { command: "handover", socket: "/x" }],
  ["maintenance on", { command: "maintenance", on: true, socket }],
  ["maintenance off --socket=/x", { command: "maintenance", on: false, socket: "/x" }],
  ["priority +1", { command: "priority", value: "+1", socket }],
  ["priority -1 --socket /x", { command: "priority", value: "-1", socket: "/x" }],
  ["priority 0", { command: "priority", value: 0 }],
  ["priority 1", { command: "priority", value: 1 }],
  ["priority 255", { command: "priority", value: 255 }],
  ["claim", { command: "claim", configFile, dryRun: false }],
  ["release --dry-run", { command: "release", configFile, dryRun: true }],
  [
    "claim -ip 146.59.143.231 -instance bi-edge-sbg-1",
    { command: "claim", address: "146.59.143.231", instance: "bi-edge-sbg-1" },
  ],
  ["claim --ip 2001:DB8::1", { address: "2001:db8::1" }],
  ["help", { command: "help" }],
  ["-h", { command: "help" }],
  ["--help", { command: "help" }],
  ["status --help", { command: "help" }],
  ["version", { command: "version" }],
  ["--version", { command: "version" }],
  ["-version", { command: "version" }],
];

test("each command with its flags", () => {
  for (const [line, expected] of good) assert.partialDeepStrictEqual(parse(line), expected, line);
});

test("a claim without settings leaves them out", () => {
  for (const name of ["address", "instance"]) assert.ok(!(name in parse("claim")), name);
});

const bad: readonly [string, string][] = [
  ["", "no command; -h helps"],
  ["statsu", "unknown command statsu; is it status?; -h helps"],
  ["w", "unknown command w; is it watch?; -h helps"],
  ["foo", "unknown command foo; -h helps"],
  ["constructor", "unknown command constructor; -h helps"],
  ["watch --confg /x", "unknown flag -confg; is it config?; -h helps"],
  ["watch --CONFIG /x", "unknown flag -CONFIG; is it config?; -h helps"],
  ["watch --json", "unknown flag -json; -h helps"],
  ["watch --configuration", "unknown flag -configuration; is it config?; -h helps"],
  ["claim -dryrun", "unknown flag -dryrun; is it dry-run?; -h helps"],
  ["claim -x", "unknown flag -x; -h helps"],
  ["claim --=x", "unknown flag -; -h helps"],
  ["watch --config", "-config needs a value; -h helps"],
  ["watch --check=maybe", "-check needs true or false; -h helps"],
  ["watch now", "unknown argument now; -h helps"],
  ["watch --", "unknown argument --; -h helps"],
  ["claim --ip 1.2.3", "-ip must be an IP address; -h helps"],
  ["maintenance", "maintenance is on or off; -h helps"],
  ["maintenance once", "maintenance is on or off; -h helps"],
  ["maintenance maybe", "maintenance is on or off; -h helps"],
  ["priority", "priority is +1, -1 or 0 to 255; -h helps"],
  ["priority 256", "priority is +1, -1 or 0 to 255; -h helps"],
  ["priority +2", "priority is +1, -1 or 0 to 255; -h helps"],
  ["priority 1.5", "priority is +1, -1 or 0 to 255; -h helps"],
];

test("each slip is one line that says what is nearest and who helps", () => {
  for (const [line, error] of bad) assert.deepEqual(parse(line), { errors: [error] }, line);
});

test("a secret that was typed without a space is not repeated", () => {
  for (const line of [
    "-W -xsLZsecret",
    "-W -xkLZsecret",
    "watch -xsLZsecret",
    "status -xs=LZsecret",
  ])
    assert.doesNotMatch(JSON.stringify(parse(line)), /LZ/, line);
});

test("it is exoip by its name, or by exoip's flags", () => {
  const asExoip = "need exactly one of -A, -D, or -W";
  const seen = (line: string, as?: string) => JSON.stringify(parse(line, as)).includes(asExoip);
  assert.ok(seen("", "/usr/local/bin/exoip"));
  assert.ok(seen("watch", "/usr/local/bin/exoip"));
  assert.ok(!seen("", "/opt/exoip/baton-agent"));
  for (const name of exoipNames.filter((one) => !["A", "D", "W", "version"].includes(one)))
    assert.ok(seen(`-${name}=1`) && seen(`--${name}=1`), name);
  for (const mode of ["-A", "-D", "-W", "--W"])
    assert.match(JSON.stringify(parse(mode)), /-xi or IF_ADDRESS/, mode);
});

test("under the name exoip a running agent can be asked, at its own socket", () => {
  const as = "/usr/local/bin/exoip";
  const socket = "/run/exoip/status.sock";
  assert.partialDeepStrictEqual(parse("status --json", as), { command: "status", socket });
  assert.partialDeepStrictEqual(parse("maintenance on", as), { on: true, socket });
});

test("the help names every command and every flag", () => {
  const flags = "config socket check online json ip instance dry-run".split(" ");
  const commands = "watch check status handover maintenance priority claim release version";
  for (const name of commands.split(" ")) assert.match(helpText, new RegExp(`\\b${name}\\b`), name);
  for (const name of [...flags, ...exoipNames.filter((one) => one !== "version")])
    assert.match(helpText, new RegExp(`(^|[\\s[|])-${name}\\b`, "m"), name);
  for (const line of helpText.split("\n")) assert.ok(line.length < 80, line);
});

test("no arguments and no environment make it throw, and every slip is one line", () => {
  const word = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "watch",
      "claim",
      "priority",
      "--",
      "-",
      "-1",
      "--config",
      "-check=",
      "__proto__",
    ),
    fc
      .tuple(fc.constantFrom("-", "--"), fc.constantFrom(...exoipNames), fc.string())
      .map(([dash, name, value]) => `${dash}${name}${value && `=${value}`}`),
    fc.ipV4(),
  );
  const names = ["ADDRESS", "EXOSCALE_PEERS", "HOST_PRIORITY", "BIND_TO", "EXOSCALE_API_ENDPOINT"];
  const env = fc.dictionary(fc.constantFrom(...names.map((name) => `IF_${name}`)), fc.string());
  const as = fc.constantFrom("exoip", "/usr/local/bin/baton-agent", "");
  fc.assert(
    fc.property(fc.array(word), env, as, (argv, variables, name) => {
      const parsed = parseArguments(argv, variables, name);
      if (!("errors" in parsed)) return;
      assert.ok(parsed.errors.length > 0);
      for (const error of parsed.errors) assert.match(error, /^\P{Cc}+$/u);
    }),
    { numRuns: 3000 },
  );
});
