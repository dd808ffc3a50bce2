/** Whatever is wrong with the input: a message of one screen, exit code 1, no stack trace. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { baton, bundle, folderWith, main, type Result, root, secrets, stack } from "./command.ts";

/** What every refusal has in common. */
function refused(result: Result, message: RegExp): void {
  assert.match(result.stderr, message);
  assert.equal(result.status, 1, result.stderr);
  assert.equal(result.stdout, "");
  assert.doesNotMatch(result.stderr, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace");
  assert.ok(result.stderr.split("\n").length <= 60, "more than a screen");
  assert.ok(result.stderr.length < 8000, "more than a screen");
}

const host = ["--host", "app1"];
const gen = (file: string) => ["gen-cloud-init", file, ...host];

const bomb = (levels: number): string =>
  Array.from({ length: levels }, (_, level) => {
    const items = level === 0 ? '"lol"' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array(9).fill(items).join(", ")}]`;
  }).join("\n");

const cases: readonly [string, string, RegExp][] = [
  ["an empty file", "", /the stack file is empty/],
  ["only a comment", "# nothing\n", /the stack file is empty/],
  ["not YAML", "name: [", /this is not YAML/],
  ["a list", "- name: shop\n", /a stack file is a section/],
  ["plain text", "hello", /a stack file is a section/],
  ["a duplicate key", `${stack}name: other\n`, /duplicated mapping key/],
  ["an alias bomb", `${stack}${bomb(10)}\n`, /alias/i],
  ["nesting without end", `name: ${"[".repeat(5000)}`, /not YAML/],
  ["a control character", `name: "a\\u0000b"\n`, /write a name/],
  ["binary data", "\u0000\u0001\u0002", /not YAML/],
  ["two documents", `${stack}---\n${stack}`, /one YAML document/],
  [
    "a huge number",
    stack.replace("app-servers: 2", `app-servers: ${"9".repeat(400)}`),
    /app servers/,
  ],
  ["a tab for indentation", "name:\n\t- x", /not YAML/],
  ["__proto__ as a key", `${stack}__proto__: { polluted: true }\n`, /unknown key/],
];

for (const [what, text, message] of cases) {
  test(`${what} is refused`, (context) => {
    const folder = folderWith(context, { "stack.yaml": text });
    refused(baton(folder, gen("stack.yaml")), message);
    refused(baton(folder, ["check", "stack.yaml"]), message);
  });
}

test("a missing file, a directory and a file of 50 MB are refused", (context) => {
  const folder = folderWith(context, { "big.yaml": stack });
  truncateSync(join(folder, "big.yaml"), 50 * 1024 * 1024);
  mkdirSync(join(folder, "dir.yaml"));
  refused(
    baton(folder, gen("none.yaml")),
    /there is no such file\n {2}--> none\.yaml\n {2}fix: is it/,
  );
  refused(baton(folder, gen("dir.yaml")), /is a directory/);
  refused(baton(folder, gen("big.yaml")), /larger than 1 MiB/);
  refused(baton(folder, gen("/dev/zero")), /larger than 1 MiB/);
});

test("text that is not UTF-8 is refused", (context) => {
  const folder = folderWith(context, {});
  writeFileSync(join(folder, "stack.yaml"), Buffer.from([0x6e, 0x61, 0xff, 0xfe]));
  refused(baton(folder, gen("stack.yaml")), /not UTF-8/);
});

test("an unknown host is answered with the hosts", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  refused(
    baton(folder, ["gen-cloud-init", "stack.yaml", "--host", "lb3"]),
    /hosts: lb1, lb2, app1, app2/,
  );
});

test("all missing secrets are told at once, and by name", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const result = baton(folder, ["gen-cloud-init", "stack.yaml", "--host", "lb1"], { env: {} });
  refused(result, /BATON_SECRET is not set/);
  assert.match(result.stderr, /BATON_AGENT_KEY is not set/);
  assert.match(result.stderr, /BATON_AGENT_SECRET is not set/);
});

test("a cloud whose agent is not built yet wants a bundle by option, and says so", (context) => {
  const example = join(root, "examples/ovh-failover-ip-debian.yaml");
  const args = ["gen-cloud-init", example, "--host", "bi-edge-sbg-1"];
  const result = baton(folderWith(context, {}), args);
  refused(result, /the agent's bundle for ovh is not built yet/);
  assert.match(result.stderr, /--agent-bundle/);
});

test("a secret that cannot be read, is short or odd is refused without being shown", (context) => {
  const folder = folderWith(context, {
    "stack.yaml": `${stack}secret: \${file:no/such/secret}\n`,
    "short.yaml": stack,
  });
  const all = ["--host", "lb1", "--agent-bundle", bundle];
  refused(baton(folder, ["gen-cloud-init", "stack.yaml", ...all]), /no\/such\/secret/);
  const short = baton(folder, ["gen-cloud-init", "short.yaml", ...all], {
    env: { ...secrets, BATON_SECRET: "hunter2", BATON_AGENT_SECRET: "two words" },
  });
  refused(short, /7 characters/);
  assert.match(short.stderr, /odd characters/);
  assert.doesNotMatch(short.stderr, /hunter2|two words/);
});

test("facts that are not facts are refused", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack, "list.json": "[1]" });
  const withFacts = (facts: string, input = "") =>
    baton(folder, [...gen("stack.yaml"), "--facts", facts], { input });
  refused(withFacts("none.json"), /there is no such file/);
  refused(withFacts("-", "not json"), /not JSON/);
  refused(withFacts("list.json"), /expected object/);
  refused(withFacts("-", '{"addresses":{"web":{"ip":"nonsense"}}}'), /not an address/);
  refused(withFacts("-", '{"agentCredentials":{"key":"[secret]"}}'), /--show-secrets/);
});

test("a bundle that is no program is refused", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack, "empty.js": "" });
  refused(
    baton(folder, [...gen("stack.yaml"), "--agent-bundle", "empty.js"]),
    /#!\/usr\/bin\/env node/,
  );
});

test("an output directory that is a file is refused, and the file stays", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack, out: "mine" });
  const args = ["gen-cloud-init", "stack.yaml", "--all", "--out", "out", "--agent-bundle", bundle];
  refused(baton(folder, args), /it is a file/);
  refused(baton(folder, args.with(4, "out/deeper")), /not a directory/);
});

test("on a full disk nothing half-written stays, and what was there is untouched", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  mkdirSync(join(folder, "out"));
  // A file system of 16 KiB in a mount namespace of its own.
  const script = `mount -t tmpfs -o size=16k tmpfs out && echo old > out/lb1.yaml
    "${process.execPath}" "${main}" gen-cloud-init stack.yaml --all --out out --agent-bundle "${bundle}" 2> err
    echo "exit $?"; ls -A out; cat out/lb1.yaml; cat err`;
  const env = { PATH: process.env.PATH, ...secrets };
  const { stdout, stderr } = spawnSync(
    "unshare",
    ["--map-root-user", "--mount", "sh", "-c", script],
    {
      cwd: folder,
      encoding: "utf8",
      env,
    },
  );
  assert.match(stdout, /^exit 1\nlb1\.yaml\nold\n/, stderr);
  assert.match(stdout, /the disk is full/);
});

test("a full standard output is an error, not silence", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const script = `"${process.execPath}" "${main}" gen-cloud-init stack.yaml --host app1 > /dev/full`;
  const { status, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
  assert.match(stderr, /the disk is full/);
  assert.equal(status, 1);
});

const override = "-dac_override,-dac_read_search";
const withoutOverride = ["--bounding-set", override, "--inh-caps", override];

test("a file that may not be read is refused", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  chmodSync(join(folder, "stack.yaml"), 0);
  chmodSync(folder, 0o755);
  // Root may read anything, unless it has given up the capabilities to.
  const asUser = process.getuid?.() === 0 ? ["setpriv", ...withoutOverride] : ["env"];
  const [command = "", ...before] = asUser;
  const args = [...before, process.execPath, main, ...gen("stack.yaml")];
  const result = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  refused(result, /you may not read/);
});

test("baton init leaves an existing file alone", (context) => {
  const folder = folderWith(context, { "stack.yaml": "mine" });
  refused(baton(folder, ["init"]), /it is there already/);
  refused(baton(folder, ["init", "no/such/folder.yaml"]), /no such file/);
  assert.ok(!existsSync(join(folder, "no")));
  assert.deepEqual(readdirSync(folder), ["stack.yaml"]);
});

test("usage errors exit with 2 and say what is possible", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const wrong = [
    ["gen-cloud-init"],
    ["gen-cloud-init", "stack.yaml"],
    ["gen-cloud-init", "stack.yaml", "--host", "lb1", "--all"],
    ["gen-cloud-init", "stack.yaml", "--all"],
    ["gen-cloud-init", "stack.yaml", "--host", "lb1", "--out", "out"],
    ["gen-cloud-init", "stack.yaml", "--host", "lb1", "--format", "xml"],
    ["gen-cloud-init", "-", "--host", "lb1", "--facts", "-"],
    ["nonsense"],
    ["check", "stack.yaml", "--nonsense"],
  ];
  for (const args of wrong) {
    const { status, stderr, stdout } = baton(folder, args);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, /--help/);
  }
  const { stderr } = baton(folder, ["gen-cloud-init", "stack.yaml", "--host", "lb1", "--all"]);
  assert.match(stderr, /--host lb1 is one host, and --all is every one: leave one of them out/);
});
