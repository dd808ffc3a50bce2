/** exoip's frames: what was measured of the original, row by row, and what we do instead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeAuthenticated } from "../../../agent/wire/authenticated-encode.ts";
import { fromHex } from "../../../agent/wire/bytes.ts";
import { decodeExoip, encodeExoip } from "../../../agent/wire/exoip.ts";
import { formatIp } from "../../../agent/wire/ip.ts";
import { keys, plain } from "./frames.ts";

const captured = "02010a0acb00710aaaaaaaaa00014a018a01aaaaaaaaaa01";
const frame = fromHex(captured);
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const withByte = (at: number, value: number): Uint8Array => {
  const copy = Uint8Array.from(frame);
  copy[at] = value;
  return copy;
};
const resultOf = (datagram: Uint8Array): string => {
  const decoded = decodeExoip(datagram);
  return decoded.ok ? decoded.value.wire : decoded.reason;
};

const rows: readonly (readonly [what: string, datagram: Uint8Array, result: string])[] = [
  ["a captured frame", frame, "exoip"],
  ["an empty datagram", frame.slice(0, 0), "too-short"],
  ["3 bytes", frame.slice(0, 3), "too-short"],
  ["23 bytes", frame.slice(0, 23), "too-short"],
  ["25 bytes with a valid head", Uint8Array.from([...frame, 0]), "too-long"],
  ["1000 bytes with a valid head", Uint8Array.from([...frame, ...Array(976).fill(30)]), "too-long"],
  ["version 0301", withByte(0, 3), "version"],
  ["version 0202", withByte(1, 2), "version"],
  ["priority bytes that differ", withByte(3, 11), "priority"],
  ["a NIC id of zeros", fromHex(`02010a0acb00710a${"00".repeat(16)}`), "exoip"],
  ["a NIC id that holds `info`", fromHex(`02010a0acb00710a696e666f${"00".repeat(12)}`), "exoip"],
  ["`info`", ascii("info"), "info"],
  ["`info` and a line end", ascii("info\n"), "info"],
  ["`info` and a line end of DOS", ascii("info\r\n"), "info"],
  ["`info` and more", ascii("info\n\n"), "too-short"],
  ["`xxinfoyy`", ascii("xxinfoyy"), "too-short"],
  ["24 bytes that begin with `info`", ascii("info".padEnd(24)), "version"],
  ["an authenticated frame", encodeAuthenticated(plain, keys), "other-wire"],
];

for (const [what, datagram, result] of rows) {
  test(`${what}: ${result}`, () => assert.equal(resultOf(datagram), result));
}

test("a datagram leaves nothing behind for the next one", () => {
  assert.equal(resultOf(ascii("xxinfoyy")), "too-short");
  assert.equal(resultOf(Uint8Array.of(1)), "too-short");
  assert.equal(resultOf(frame), "exoip");
});

test("priority, address and NIC id come through", () => {
  const byte = fc.nat(255);
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(byte, bytes(4), fc.uuid({ version: [1, 4, 7] }), (priority, ip, nicId) => {
      const value = { wire: "exoip", priority, ip: formatIp(ip), nicId } as const;
      assert.deepEqual(decodeExoip(encodeExoip(value)), { ok: true, value });
    }),
  );
});

test("a frame read from the middle of a larger buffer is the same", () => {
  const buffer = Buffer.concat([Buffer.from("xyz"), Buffer.from(frame), Buffer.from("z")]);
  assert.deepEqual(decodeExoip(buffer.subarray(3, 27)), decodeExoip(frame));
});

test("what no exoip frame can carry is a fault of the caller", () => {
  const nicId = "66666666-7777-4888-9999-aaaaaaaaaaaa";
  assert.throws(() => encodeExoip({ priority: 1, ip: "2001:db8::1", nicId }), /2001:db8::1/);
  assert.throws(() => encodeExoip({ priority: 1, ip: "203.0.113.7", nicId: "x" }), /no exoip/);
});
