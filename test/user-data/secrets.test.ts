/**
 * Derived secrets against fixed vectors. Those of this project were computed by a second
 * implementation, RFC 5869 written out in Python with `hmac` and SHA-256.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { carpPassword, heartbeatKey, vrrpAuthPass } from "../../user-data/secrets.ts";

const secret = "a-stack-secret-of-the-tests-that-protects-nothing";

/** RFC 5869, sections 2.2 and 2.3, for at most one block of output. */
function hkdf(ikm: Buffer | string, salt: Buffer | string, info: Buffer, length: number): Buffer {
  const key = createHmac("sha256", salt).update(ikm).digest();
  const block = createHmac("sha256", key).update(Buffer.concat([info, Buffer.from([1])]));
  return block.digest().subarray(0, length);
}

test("fixed vectors: a change of label, salt or encoding would lock nodes out of each other", () => {
  assert.equal(heartbeatKey(secret, "shop"), "7XopL5yDq+WrV87ci4flCaqU8RLi/O3UIbdEAfAsO2U=");
  assert.equal(vrrpAuthPass(secret, "shop"), "ZFd1_pIw");
  assert.equal(carpPassword(secret, "shop"), "0H5PrQ1rJ-ZBooHfykfj8uln");
});

test("the derivation is HKDF-SHA256 of RFC 5869, whose own vector the reference passes", () => {
  // Appendix A.1, test case 1, cut to one block.
  const info = Buffer.from("f0f1f2f3f4f5f6f7f8f9", "hex");
  const okm = hkdf(
    Buffer.alloc(22, 0x0b),
    Buffer.from("000102030405060708090a0b0c", "hex"),
    info,
    32,
  );
  assert.equal(okm.toString("hex").slice(0, 32), "3cb25f25faacd57a90434f64d0362f2a");
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (key, stack) => {
      const label = Buffer.from(`baton/1/${stack}/heartbeat-key`);
      assert.equal(heartbeatKey(key, stack), hkdf(key, "baton", label, 32).toString("base64"));
    }),
  );
});

test("secrets differ by stack, by label and by stack secret", () => {
  const made = [secret, `${secret}2`].flatMap((key) =>
    ["shop", "shop2"].flatMap((stack) => [
      heartbeatKey(key, stack),
      vrrpAuthPass(key, stack),
      carpPassword(key, stack),
    ]),
  );
  assert.equal(new Set(made).size, made.length);
});

test("passwords have the letters and the length that their programs take", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      assert.match(vrrpAuthPass(key, "shop"), /^[A-Za-z0-9_-]{8}$/);
      assert.match(carpPassword(key, "shop"), /^[A-Za-z0-9_-]{24}$/);
    }),
  );
});
