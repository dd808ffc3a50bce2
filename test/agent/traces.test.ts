/**
 * Plays of the core, each with one lesson. The text under every command is compared with what
 * happens; `UPDATE_TRACES=1` writes it anew, to be read as a diff. What a play expects holds in
 * either case.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { perform } from "../simulation/trace/play.ts";

const folder = new URL("traces/", import.meta.url);
const names = readdirSync(folder).filter((name) => /^[^.]+\.txt$/.test(name));

describe("traces", () => {
  for (const name of names)
    test(name, () => {
      const file = new URL(name, folder);
      const text = readFileSync(file, "utf8");
      assert.match(text, /^# /, "the lesson stands at the top");
      const happened = perform(text);
      if (process.env.UPDATE_TRACES && happened !== text) writeFileSync(file, happened);
      else assert.equal(text, happened);
    });
});
