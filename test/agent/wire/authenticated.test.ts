/** Authenticated frames: what goes in comes out, and nothing else gets in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SignedAdvertisement } from "../../../agent/wire/advertisement.ts";
import { decodeAuthenticated } from "../../../agent/wire/authenticated-decode.ts";
import { encodeAuthenticated, frameFits } from "../../../agent/wire/authenticated-encode.ts";
import { maxFrameBytes } from "../../../agent/wire/authenticated-layout.ts";
import { encodeExoip } from "../../../agent/wire/exoip.ts";
import { hmacKeys } from "../../../agent/wire/hmac.ts";
import { macBytes } from "../../../agent/wire/keys.ts";
import { nodeTag, sharedTags } from "../../../agent/wire/node-tag.ts";
import { anyAdvertisement, directory, keys, largest, plain, secretOf } from "./frames.ts";

const resultOf = (datagram: Uint8Array, trusted = keys): string => {
  const decoded = decodeAuthenticated(datagram, trusted, directory());
  return decoded.ok ? "accepted" : decoded.reason;
};
const decoded = (datagram: Uint8Array, ...known: string[]): SignedAdvertisement => {
  const result = decodeAuthenticated(datagram, keys, directory(...known));
  assert.ok(result.ok);
  return result.value;
};
const frame = encodeAuthenticated(plain, keys);

/** The frame with its content changed and a right length and signature, as a bug of ours would. */
function resigned(change: (body: number[]) => void): Uint8Array {
  const body = [...frame.subarray(0, -macBytes)];
  change(body);
  const length = body.length + macBytes;
  body.splice(4, 2, length >> 8, length & 255);
  const signed = Uint8Array.from(body);
  return Uint8Array.from([...signed, ...keys.sign(keys.sendWith, signed)]);
}

test("any advertisement comes out as it went in, within 1200 bytes", () => {
  fc.assert(
    fc.property(anyAdvertisement, (advertisement) => {
      const datagram = encodeAuthenticated(advertisement, keys);
      assert.ok(datagram.length <= maxFrameBytes);
      assert.deepEqual(decoded(datagram), advertisement);
    }),
    { numRuns: 300 },
  );
});

test("a frame with any one bit turned is refused", () => {
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const turned = Uint8Array.from(frame);
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(resultOf(turned), "accepted", `bit ${bit}`);
  }
});

test("a bit that no cheap check reads is found by the signature", () => {
  const reasons = new Set<string>();
  for (let at = 10; at < frame.length; at++) {
    const turned = Uint8Array.from(frame);
    turned[at] = (turned[at] ?? 0) ^ 1;
    reasons.add(resultOf(turned));
  }
  assert.deepEqual([...reasons], ["forged"]);
});

test("a frame cut at any length is refused with its reason", () => {
  for (let length = 0; length < frame.length; length++) {
    const reason = length < 3 ? "foreign" : length < 6 ? "too-short" : "length";
    assert.equal(resultOf(frame.subarray(0, length)), reason, `${length} bytes`);
  }
});

const rows: readonly (readonly [what: string, datagram: Uint8Array, result: string])[] = [
  ["the frame", frame, "accepted"],
  ["one byte behind the frame", Uint8Array.from([...frame, 0]), "length"],
  ["1201 bytes", Uint8Array.from([...frame, ...Array(1201 - frame.length).fill(0)]), "too-long"],
  ["another key", encodeAuthenticated(plain, hmacKeys([secretOf(2)])), "unknown-key"],
  ["version 2, rightly signed", resigned((body) => body.splice(3, 1, 2)), "version"],
  [
    "an exoip frame",
    encodeExoip({ priority: 1, ip: "1.2.3.4", nicId: "0".repeat(32) }),
    "other-wire",
  ],
  ["text", Uint8Array.from(Buffer.from("info")), "foreign"],
  ["as short as it says, and too short", Uint8Array.of(0xba, 0x70, 0x6e, 1, 0, 6), "too-short"],
  ["sequence 0", resigned((body) => body.splice(18, 4, 0, 0, 0, 0)), "malformed"],
  ["interval 0", resigned((body) => body.splice(26, 2, 0, 0)), "malformed"],
  ["an empty id", resigned((body) => body.splice(34, 4, 0)), "malformed"],
  ["a line end in the name", resigned((body) => body.splice(39, 1, 10)), "malformed"],
  ["a name beyond ASCII", resigned((body) => body.splice(39, 1, 0xe9)), "malformed"],
  ["a count of 255 addresses", resigned((body) => body.splice(42, 1, 255)), "malformed"],
  ["a release of a missing address", resigned(releaseOf(2)), "malformed"],
  ["a release of its last address", resigned(releaseOf(1)), "accepted"],
];

function releaseOf(index: number): (body: number[]) => void {
  return (body) => body.splice(-1, 1, 1, 0, 0, 0, 1, index, 0, 0, 0, 1);
}

for (const [what, datagram, result] of rows) {
  test(`${what}: ${result}`, () => assert.equal(resultOf(datagram), result));
}

test("fields and bits that a later agent may add are ignored", () => {
  assert.deepEqual(decoded(resigned((body) => body.push(1, 2, 3))), plain);
  assert.deepEqual(decoded(resigned((body) => body.splice(28, 1, 0xfd))), plain);
});

test("a frame read from the middle of a larger buffer is the same", () => {
  const buffer = Buffer.concat([Buffer.from("xyz"), Buffer.from(frame), Buffer.from("z")]);
  assert.deepEqual(decoded(buffer.subarray(3, -1)), plain);
});

const ipv4 = Array.from({ length: 64 }, (_, index) => `203.0.113.${index}`);
const ipv6 = Array.from(
  { length: 64 },
  (_, index) => `2001:db8:1:2:3:4:5:${(index + 16).toString(16)}`,
);

for (const [what, ips] of [
  ["32 addresses, IPv4 and IPv6 mixed", [...ipv4.slice(0, 16), ...ipv6.slice(0, 16)]],
  ["32 IPv6 addresses", ipv6.slice(0, 32)],
  ["64 IPv4 addresses", ipv4],
] as const) {
  test(`${what}, at least 16 peers and 6 releases fit, with the longest names`, () => {
    const advertisement = largest(ips);
    assert.ok(frameFits(advertisement, ips));
    const datagram = encodeAuthenticated(advertisement, keys);
    assert.ok(datagram.length <= 1200, `${datagram.length} bytes`);
    const peers = advertisement.heard.map(({ node }) => node);
    const { heard, releases, ...said } = decoded(datagram, ...peers);
    const { heard: allHeard, releases: allReleases, ...rest } = advertisement;
    assert.deepEqual(said, rest);
    assert.ok(heard.length >= 16 && heard.length <= 20);
    assert.deepEqual(heard, allHeard.slice(0, heard.length));
    assert.deepEqual(releases, allReleases.slice(0, 6));
  });
}

test("addresses that leave no room for 16 peers are refused before the first frame", () => {
  assert.ok(!frameFits(largest([]), ipv6.slice(0, 33)));
  assert.ok(frameFits(plain, ipv6.slice(0, 33)));
  assert.ok(!frameFits(plain, ["not an address"]));
  assert.ok(!frameFits({ ...plain, name: "two words" }, []));
  assert.ok(!frameFits({ ...plain, node: "" }, []));
  assert.throws(() => encodeAuthenticated(largest(ipv6), keys), /fill no frame/);
});

test("numbers beyond their field become the nearest, and uptime wraps", () => {
  const [address] = plain.addresses;
  assert.ok(address);
  const said = decoded(
    encodeAuthenticated(
      {
        ...plain,
        priority: 300,
        intervalMs: 1e6,
        resigningMs: 0.5,
        uptimeMs: 2 ** 32 + 5,
        addresses: [{ ...address, rank: 256 }],
        heard: [{ node: "b", boot: "b".repeat(16), sequence: 1, ageMs: 1e12, proven: true }],
      },
      keys,
    ),
  );
  assert.equal(said.priority, 255);
  assert.equal(said.intervalMs, 0xffff);
  assert.equal(said.resigningMs, 1);
  assert.equal(said.uptimeMs, 5);
  assert.equal(said.addresses[0]?.rank, 255);
  assert.deepEqual([said.heard[0]?.ageMs, said.heard[0]?.proven], [0x7fffffff, true]);
});

test("what no frame may say is a fault of the caller", () => {
  for (const wrong of [
    { sequence: 0 },
    { sequence: 2 ** 32 },
    { boot: "xyz" },
    { releases: [{ whom: "b", ip: "192.0.2.9", count: 1 }] },
  ]) {
    assert.throws(() => encodeAuthenticated({ ...plain, ...wrong }, keys));
  }
});

test("an unknown node is named by its tag, and the tag stands for it", () => {
  const heard = [{ node: "far", boot: "f".repeat(16), sequence: 1, ageMs: 1, proven: true }];
  const [unknown] = decoded(encodeAuthenticated({ ...plain, heard }, keys)).heard;
  assert.equal(unknown?.node, `#${nodeTag("far").toString(16).padStart(8, "0")}`);
  assert.equal(nodeTag(unknown?.node ?? ""), nodeTag("far"));
  const [known] = decoded(encodeAuthenticated({ ...plain, heard }, keys), "far").heard;
  assert.equal(known?.node, "far");
});

test("FNV-1a's own vectors; ids with the same tag are found", () => {
  assert.equal(nodeTag(""), 0x811c9dc5);
  assert.equal(nodeTag("a"), 0xe40c292c);
  assert.equal(nodeTag("foobar"), 0xbf9cf968);
  // A known pair of words that FNV-1a cannot tell apart.
  assert.deepEqual(sharedTags(["costarring", "lb1", "liquid"]), ["costarring", "liquid"]);
});
