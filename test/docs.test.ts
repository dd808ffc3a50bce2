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
  differences,
  labWordsOf,
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
          assert.deepEqual(differences(output, screen), [], `${screen.place}\n${output}`);
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
  assert.deepEqual(differences("from lb2 to lb1 in 4 s\nlb1 holds", screen), []);
  assert.equal(differences("from lb2 to lb1 in 4 s\nlb2 holds", screen).length, 2);
});

test("a screen has as many lines as come, but for those that may come more or less often", () => {
  const shows = (...prints: readonly string[]) => ({ place: "", command: "", prints, exit: 0 });
  const asked = ["✓ asked  0.8 s", "ok  rule 1", "ok  rule 2"];
  assert.deepEqual(differences("✓ asked  1.2 s\nok  rule 7\n\nok  rule 8\n", shows(...asked)), []);
  assert.deepEqual(differences("✓ asked  1.2 s\nok  rule 7", shows(...asked)), ["− ok  rule 2"]);
  const more = `${asked.join("\n")}\n✓ asked  0.1 s\nwarning: old`;
  assert.deepEqual(differences(more, shows(...asked)), ["+ ✓ asked  0.1 s", "+ warning: old"]);
  assert.deepEqual(differences(more, shows("…", ...asked)), []);
  const move = "  2026-11-21T13:49:52Z  198.51.100.50 to lb1: nobody holds";
  const moves = shows("last moves", move, move);
  for (const times of [1, 2, 5])
    assert.deepEqual(differences(`last moves\n${`${move}\n`.repeat(times)}`, moves), []);
  assert.deepEqual(differences("last moves", moves), [`− ${move}`, `− ${move}`]);
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
