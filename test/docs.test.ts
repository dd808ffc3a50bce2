/** The documents are run: shell blocks in order in a folder of their own, YAML blocks checked. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadStack } from "../stack/load.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

type Block = {
  readonly language: string;
  readonly notRun: string | undefined;
  readonly text: string;
};

const blocksOf = (page: string): Block[] =>
  [
    ...readFileSync(join(root, page), "utf8").matchAll(
      /^```(\w+)(?: not-run: (.+))?\n([\s\S]*?)^```$/gm,
    ),
  ].map(([, language = "", notRun, text = ""]) => ({ language, notRun, text }));

/** A folder where `npx baton` is this checkout's command and the fixture lies where the page says. */
function folderFor(): string {
  const folder = mkdtempSync(join(tmpdir(), "baton-docs-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(
    join(folder, "bin", "npx"),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${root}cli/main.ts" "$@"\n`,
    { mode: 0o755 },
  );
  symlinkSync(join(root, "test"), join(folder, "test"));
  return folder;
}

for (const page of pages) {
  const shell = blocksOf(page).filter(({ language }) => language === "sh");
  const run = shell.filter(({ notRun }) => notRun === undefined);
  if (run.length > 0) {
    test(`the commands of ${page} run in order`, (context) => {
      for (const { text, notRun } of shell) {
        if (notRun !== undefined) context.diagnostic(`not run (${notRun}): ${text.split("\n")[0]}`);
      }
      const folder = folderFor();
      try {
        const script = `set -eu\n${run.map(({ text }) => text).join("\n")}`;
        const env = { HOME: folder, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
        execFileSync("sh", ["-c", script], { cwd: folder, env, stdio: "pipe", encoding: "utf8" });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
  for (const [index, { text }] of blocksOf(page)
    .filter(({ language }) => language === "yaml")
    .entries()) {
    test(`YAML block ${index + 1} of ${page} is a stack file`, () => {
      const loaded = loadStack(text, page);
      assert.deepEqual(loaded.ok ? [] : loaded.diagnostics, []);
    });
  }
}
