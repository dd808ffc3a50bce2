/** The diagram in the documents is the table that the program runs by. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { diagram } from "../../agent/core/roles.ts";

const page = new URL("../../docs/how-the-agent-decides.md", import.meta.url);
const block = /(?<=```mermaid\n)[\s\S]*?(?=\n```)/;

test("docs/how-the-agent-decides.md shows the roles as they are", () => {
  const text = readFileSync(page, "utf8");
  if (process.env.UPDATE_GOLDEN) writeFileSync(page, text.replace(block, diagram()));
  assert.equal(readFileSync(page, "utf8").match(block)?.[0], diagram());
});
