/**
 * The documents are run: here what can be typed anywhere, page by page. The guide to an account is
 * run by `real/engine/guide.engine.ts`, what is typed at a stack that runs by `real/lab/screens.ts`.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { verbs } from "../lab/faults/verbs.ts";
import { loadStack } from "../stack/load.ts";
import {
  blocksOf,
  labWordsOf,
  missingFrom,
  pages,
  printedBy,
  root,
  screensOf,
  scriptOf,
} from "./docs/blocks.ts";
import { cloneProject } from "./docs/clone.ts";

for (const page of pages) {
  const blocks = blocksOf(page);
  if (blocks.some((block) => "runs" in block && block.runs === "here")) {
    test(`the commands of ${page} run in order`, () => {
      const { folder, env } = cloneProject();
      try {
        const options = { cwd: folder, env, stdio: "pipe", encoding: "utf8" } as const;
        execFileSync("sh", ["-euc", scriptOf(page, "here")], options);
        for (const screen of screensOf(page, "here")) {
          const output = readFileSync(join(folder, printedBy(screen)), "utf8");
          assert.deepEqual(missingFrom(output, screen), [], `${screen.place}\n${output}`);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
  for (const { place, text, kind } of blocks) {
    if (kind !== "stack file") continue;
    test(`the YAML at ${place} is a stack file`, () => {
      const loaded = loadStack(text, page);
      assert.deepEqual(loaded.ok ? [] : loaded.diagnostics, []);
    });
  }
}

test("what is not run says why", (context) => {
  for (const block of pages.flatMap(blocksOf)) {
    if (block.kind !== "not run") continue;
    assert.ok(block.reason.length > 10, `${block.place}: "${block.reason}" is no reason`);
    context.diagnostic(`${block.place}: ${block.text.split("\n")[0]} … ${block.reason}`);
  }
});

test("a screen's load balancers are the same two in all of its lines", () => {
  const screen = {
    place: "",
    command: "",
    prints: ["from lb1 to lb2 in 3 s", "lb2 holds"],
    exit: 0,
  };
  assert.deepEqual(missingFrom("from lb2 to lb1 in 4 s\nlb1 holds", screen), []);
  assert.equal(missingFrom("from lb2 to lb1 in 4 s\nlb2 holds", screen).length, 1);
});

test("the pages of the order lead from one to the next, and every page is in the list", () => {
  const list = readFileSync(join(root, "docs/README.md"), "utf8");
  const order = [...list.matchAll(/^\d+\. \[.+\]\((.+\.md)\)/gm)].map(([, page = ""]) => page);
  for (const [n, page] of order.slice(0, -1).entries()) {
    const last = readFileSync(join(root, "docs", page), "utf8")
      .trimEnd()
      .split("\n")
      .at(-1);
    assert.match(last ?? "", new RegExp(`^Next: .*\\(${order[n + 1]}\\)\\.$`), page);
  }
  for (const page of pages.filter((one) => one.startsWith("docs/") && !one.endsWith("README.md")))
    assert.ok(list.includes(`(${page.slice("docs/".length)})`), `${page} is not in the list`);
});

test("every word of the lab that the documents name is one", () => {
  const words = ["up", "down", "status", "desk", ...Object.keys(verbs)];
  const found = labWordsOf("docs/lab.md");
  assert.ok(found.length > 15, `docs/lab.md names ${found.length} alone`);
  for (const page of pages)
    for (const [word = ""] of labWordsOf(page)) assert.ok(words.includes(word), `${page}: ${word}`);
});
