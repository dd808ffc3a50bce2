/** The signature: a published vector, the rotation of keys, and what is no key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { decodeAuthenticated } from "../../../agent/wire/authenticated-decode.ts";
import { encodeAuthenticated } from "../../../agent/wire/authenticated-encode.ts";
import { toHex } from "../../../agent/wire/bytes.ts";
import { hmacKeys, keyFromBase64 } from "../../../agent/wire/hmac.ts";
import { directory, plain, secretOf } from "./frames.ts";

test("RFC 4231, test case 5: HMAC-SHA256 cut to 128 bits", () => {
  const keys = hmacKeys([new Uint8Array(20).fill(0x0c)]);
  const mac = keys.sign(keys.sendWith, Buffer.from("Test With Truncation"));
  assert.equal(toHex(mac), "a3b6167473100ee06e0c796c2955552b");
});

test("a key rotates in three steps, node by node, and no frame is refused on the way", () => {
  const before = [secretOf(1)];
  const steps = [[secretOf(1), secretOf(2)], [secretOf(2), secretOf(1)], [secretOf(2)]];
  const nodes = [before, before, before];
  for (const step of steps) {
    for (const changed of nodes.keys()) {
      nodes[changed] = step;
      for (const from of nodes) {
        const datagram = encodeAuthenticated(plain, hmacKeys(from));
        for (const to of nodes) {
          assert.ok(decodeAuthenticated(datagram, hmacKeys(to), directory()).ok);
        }
      }
    }
  }
  const late = decodeAuthenticated(
    encodeAuthenticated(plain, hmacKeys(before)),
    hmacKeys([secretOf(2)]),
    directory(),
  );
  assert.deepEqual(late, { ok: false, reason: "unknown-key" });
});

test("the first key signs", () => {
  const first = hmacKeys([secretOf(1)]).sendWith;
  assert.equal(hmacKeys([secretOf(1), secretOf(2)]).sendWith, first);
  assert.notEqual(hmacKeys([secretOf(2), secretOf(1)]).sendWith, first);
});

test("keys that are missing, short, or no base64 are no keys", () => {
  const good = Buffer.from(secretOf(3)).toString("base64");
  assert.deepEqual(keyFromBase64(good), Buffer.from(secretOf(3)));
  for (const bad of ["", "AAAA", good.slice(0, -1), `${good}!`, ` ${good}`, "not base64"]) {
    assert.equal(keyFromBase64(bad), undefined, bad);
  }
  assert.throws(() => hmacKeys([]), /no heartbeat key/);
});

test("a signature of the wrong length or by an unknown key verifies nothing", () => {
  const keys = hmacKeys([secretOf(1)]);
  const signed = Uint8Array.of(1, 2, 3);
  const mac = keys.sign(keys.sendWith, signed);
  assert.ok(keys.verify(keys.sendWith, signed, mac));
  assert.ok(!keys.verify(keys.sendWith, signed, mac.subarray(1)));
  assert.ok(!keys.verify(keys.sendWith ^ 1, signed, mac));
  assert.throws(() => keys.sign(keys.sendWith ^ 1, signed), /not there/);
});

test("keys that are logged by mistake show nothing", () => {
  const keys = hmacKeys([Buffer.from("a secret that must not be shown.")]);
  const shown = inspect(keys, { depth: 9, showHidden: true });
  assert.doesNotMatch(shown, /a secret|61 20 73 65|97, 32/);
});
