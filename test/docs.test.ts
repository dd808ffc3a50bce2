/**
 * The documents are run: here what can be typed anywhere, page by page. The guide to an account is
 * run by `real/engine/guide.engine.ts`, what is typed at a stack that runs by `real/lab/screens.ts`.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { loadStack } from "../stack/load.ts";
import { blocksOf, pages, screens, scriptOf } from "./docs/blocks.ts";
import { cloneProject } from "./docs/clone.ts";

for (const page of pages) {
  const script = scriptOf(page, "here");
  if (blocksOf(page).some(({ runs }) => runs === "here")) {
    test(`the commands of ${page} run in order`, () => {
      const { folder, env } = cloneProject();
      try {
        const options = { cwd: folder, env, stdio: "pipe", encoding: "utf8" } as const;
        execFileSync("sh", ["-euc", script], options);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
  for (const { place, text, ...block } of blocksOf(page)) {
    if (block.runs !== "as stack file") continue;
    test(`the YAML at ${place} is a stack file`, () => {
      const loaded = loadStack(text, page);
      assert.deepEqual(loaded.ok ? [] : loaded.diagnostics, []);
    });
  }
}

test("what is not run says why", (context) => {
  for (const block of pages.flatMap(blocksOf))
    if (block.runs === "nowhere")
      context.diagnostic(`${block.place}: ${block.text.split("\n")[0]} … ${block.reason}`);
});

test("every screen of the documents is one of a command of the stack", () => {
  for (const { place, command } of screens()) assert.match(command, /npx baton /, place);
});
