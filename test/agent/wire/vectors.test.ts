/** The vectors of docs/wire.md, against our codec and against a second one in Python. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Advertisement } from "../../../agent/wire/advertisement.ts";
import { decodeAuthenticated } from "../../../agent/wire/authenticated-decode.ts";
import { encodeAuthenticated } from "../../../agent/wire/authenticated-encode.ts";
import { fromHex, toHex } from "../../../agent/wire/bytes.ts";
import { decodeExoip, encodeExoip } from "../../../agent/wire/exoip.ts";
import { hmacKeys } from "../../../agent/wire/hmac.ts";
import { directory } from "./frames.ts";

const pageUrl = new URL("../../../docs/wire.md", import.meta.url);
const page = readFileSync(pageUrl, "utf8");
const vectors = [
  ...page.matchAll(/^### (.+)\n\n```json\n([\s\S]*?)^```\n\n(?:.*\n\n)?```hex\n([\s\S]*?)^```/gm),
].map(([, title = "", json = "", hex = ""]) => {
  const advertisement: Advertisement = JSON.parse(json);
  return { title, advertisement, hex: hex.replace(/\s/g, "") };
});
const keys = hmacKeys([Uint8Array.from({ length: 32 }, (_, index) => index)]);

test("the page has all its vectors", () => {
  assert.equal(vectors.length, page.split("```hex").length - 1);
  assert.equal(vectors.length, 4);
});

for (const { title, advertisement, hex } of vectors) {
  test(`vector: ${title}`, () => {
    if (advertisement.wire === "exoip") {
      assert.equal(toHex(encodeExoip(advertisement)), hex);
      assert.deepEqual(decodeExoip(fromHex(hex)), { ok: true, value: advertisement });
    } else {
      assert.equal(toHex(encodeAuthenticated(advertisement, keys)), hex);
      const decoded = decodeAuthenticated(fromHex(hex), keys, directory("lb2"));
      assert.deepEqual(decoded, { ok: true, value: advertisement });
    }
  });
}

test("Python, from the page alone, builds the same bytes", () => {
  const script = fileURLToPath(new URL("frame.py", import.meta.url));
  const input = JSON.stringify(vectors.map(({ advertisement }) => advertisement));
  const built = execFileSync("python3", [script], { input, encoding: "utf8" });
  assert.deepEqual(
    built.trim().split("\n"),
    vectors.map(({ hex }) => hex),
  );
});

test("the page lists every reason to drop a datagram, and no other", () => {
  const types = readFileSync(new URL("../agent/wire/advertisement.ts", pageUrl), "utf8");
  const unions = types.slice(types.indexOf("export type LayoutReason"));
  const inCode = [...unions.matchAll(/\| "([\w-]+)"/g), ...unions.matchAll(/= "([\w-]+)"/g)];
  const table = page.slice(page.indexOf("## Reasons"), page.indexOf("## Vectors"));
  const inPage = [...table.matchAll(/^\| `([\w-]+)`/gm)];
  const names = (found: RegExpExecArray[]) => found.map(([, name]) => name).sort();
  assert.deepEqual(names(inPage), names(inCode));
});
