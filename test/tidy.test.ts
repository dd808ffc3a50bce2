/** The repository checks itself: who imports whom, sizes, dead files, words, and the documents. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
});
const files = [...new Set(listed.split("\n"))].filter(
  (path) => path !== "" && existsSync(join(root, path)),
);
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const code = files.filter((path) => /\.(ts|js)$/.test(path));
const source = code.filter((path) => !path.startsWith("test/"));

/** Project files that a file imports, as paths from the root. */
const importsOf = (path: string): string[] =>
  [...read(path).matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, target = ""]) =>
    normalize(join(dirname(path), target)),
  );

const roomOf = (path: string): string => path.split("/")[0] ?? "";

/** Which rooms a room may import from, beside itself. */
const edges: Readonly<Record<string, readonly string[]>> = {
  stack: [],
  agent: [],
  "user-data": ["stack", "agent/config.ts"],
  infra: ["stack", "user-data"],
  operate: [
    "stack",
    "infra/firewall.ts",
    "infra/clouds/exoscale-names.ts",
    "infra/clouds/exoscale-templates.ts",
    "agent/cloud",
    "agent/status/status.ts",
    "lab/client",
  ],
  lab: ["stack", "agent/status/status.ts"],
  cli: ["stack", "user-data", "operate", "lab", "agent/status", "package.json"],
};

test("rooms import only along the arrows of the architecture", () => {
  for (const path of source) {
    const allowed = edges[roomOf(path)];
    assert.ok(allowed, `${path} lies in a room that has no rule here`);
    for (const target of importsOf(path)) {
      const fine =
        roomOf(target) === roomOf(path) ||
        allowed.some((room) => target === room || target.startsWith(`${room}/`));
      assert.ok(fine, `${path} imports ${target}`);
    }
  }
});

test("the clouds' models import nothing but each other's parts", () => {
  for (const path of source.filter((name) => name.startsWith("lab/model/"))) {
    assert.doesNotMatch(read(path), /from "(?!\.)/, path);
    for (const target of importsOf(path))
      assert.ok(target.startsWith("lab/model/"), `${path} imports ${target}`);
  }
});

test("no file needs itself to run, by way of others", () => {
  // Types are gone by then.
  const needed = /^(?:import|export)\s(?!type\s)[^;"']*from\s"(\.[^"]+)"/gm;
  const needsOf = (path: string): string[] =>
    [...read(path).matchAll(needed)].map(([, target = ""]) =>
      normalize(join(dirname(path), target)),
    );
  let left = new Map(source.map((path) => [path, needsOf(path)]));
  let before = Infinity;
  // Who needs nobody that is left is in no circle.
  while (left.size < before) {
    before = left.size;
    const known = left;
    left = new Map([...left].filter(([, needs]) => needs.some((path) => known.has(path))));
  }
  assert.deepEqual([...left.keys()], []);
});

test("files are small: none over 400 lines, the median under 100", () => {
  const styles = files.filter((path) => path.endsWith(".css"));
  const lengths = [...source, ...styles].map((path) => ({
    path,
    lines: read(path).split("\n").length,
  }));
  const long = lengths.filter(({ lines }) => lines > 400);
  assert.deepEqual(long, []);
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  assert.ok((sorted[Math.floor(sorted.length / 2)] ?? 0) < 100);
});

test("lines of code end before column 101", () => {
  const long = code.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, index) =>
        line.length > 100 && !/["'`]/.test(line) ? [`${path}:${index + 1}`] : [],
      ),
  );
  assert.deepEqual(long, []);
});

test("a command that a message names works as typed where nothing is on the path", () => {
  const isComment = /^\s*(?:\/?\*|\/\/)/;
  const bare = source.flatMap((path) =>
    read(path)
      .split("\n")
      .filter((line) => !isComment.test(line) && /`(?:baton|gen-cloud-init) [a-z]/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  assert.deepEqual(bare, []);
});

test("no source file is dead", () => {
  const entries = [...read("package.json").matchAll(/[\w-]+(?:\/[\w.-]+)+\.(?:ts|js)/g)].map(
    ([path]) => path,
  );
  const imported = new Set(code.flatMap(importsOf));
  // Entries of the agent are named by the cloud when their bundle is built; the engine starts the
  // program, other programs import the component; the lab runs a client and a relay by themselves.
  const started = [
    "cli/main.ts",
    "agent/exoscale.ts",
    "infra/main.js",
    "infra/index.ts",
    "lab/client/main.ts",
    "cli/lab-process.ts",
    "lab/page/web/main.ts",
    "lab/world/metadata.ts",
    "lab/fabric/relay.ts",
    "lab/engine/main.ts",
    "lab/plugins/exoscale/main.ts",
  ];
  const live = new Set([...entries, ...started, ...imported]);
  // Types of plain JavaScript are read with the file that they describe.
  const dead = source.filter((path) => !live.has(path.replace(/\.d\.ts$/, ".js")));
  assert.deepEqual(dead, []);
});

test("no template is dead, and none is missing", () => {
  const rendered = [
    ...source
      .map(read)
      .join("\n")
      .matchAll(/render\(\s*["']([^"']+)["']/g),
  ].map(([, name]) => `templates/${name}.hbs`);
  const present = files.filter((path) => path.startsWith("templates/"));
  assert.deepEqual([...new Set(rendered)].sort(), present.sort());
});

test("every npm script runs a file that exists", () => {
  const { scripts, bin } = JSON.parse(read("package.json"));
  const named = JSON.stringify([scripts, bin]).matchAll(/[\w-]+(?:\/[\w.-]+)+\.(?:ts|js)/g);
  for (const [path] of named) assert.ok(existsSync(join(root, path)), path);
});

test("dependencies are pinned exactly, and each is justified in the docs", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  const why = read("CONTRIBUTING.md");
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(String(version), /^\d+\.\d+\.\d+$/, name);
    assert.ok(why.includes(`\`${name}\``), `CONTRIBUTING.md does not say what ${name} is for`);
  }
});

/** Words that the glossary replaces, each with the word to use. */
const banned: readonly [RegExp, string][] = [
  [/\bslave\b/i, "backup"],
  [/\bfollower\b/i, "backup"],
  [/\bwhitelist\b/i, "allow"],
  [/\bfail-over\b/i, "failover"],
];

test("the glossary's words are used, and nothing was left open", () => {
  const texts = files.filter(
    (path) => /\.(ts|js|md|hbs|yaml|sh)$/.test(path) && path !== "test/tidy.test.ts",
  );
  for (const path of texts) {
    const text = read(path);
    for (const [word, instead] of banned)
      assert.doesNotMatch(text, word, `${path}: say ${instead}`);
    assert.doesNotMatch(text, /\b(TODO|FIXME|XXX)\b/, path);
    if (path.endsWith(".test.ts"))
      assert.doesNotMatch(text, /\b(test|it|describe)\.(only|skip|todo)\(/, path);
  }
});

test("links of the documents lead to files", () => {
  for (const path of files.filter((name) => name.endsWith(".md"))) {
    for (const [, target = ""] of read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      assert.ok(existsSync(join(root, dirname(path), target)), `${path} links to ${target}`);
    }
  }
});

test("the changelog begins with what is not released yet, newest first", () => {
  const headings = [...read("CHANGELOG.md").matchAll(/^## (.+)$/gm)].map(([, text]) => text);
  assert.equal(headings[0], "Unreleased");
});
