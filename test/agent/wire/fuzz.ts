/** Hostile datagrams through both decoders: noise, samples that were changed, and signed ones. */
import type { RejectReason } from "../../../agent/wire/advertisement.ts";
import { decodeAuthenticated } from "../../../agent/wire/authenticated-decode.ts";
import { encodeAuthenticated } from "../../../agent/wire/authenticated-encode.ts";
import { fromHex } from "../../../agent/wire/bytes.ts";
import { decodeExoip } from "../../../agent/wire/exoip.ts";
import { judge, noPeers } from "../../../agent/wire/freshness.ts";
import { macBytes } from "../../../agent/wire/keys.ts";
import { cheapKeys, directory, largest, plain } from "./frames.ts";

let state = 0;
/** mulberry32: a seed printed replays the run. */
function random(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

const us = { node: "us", boot: "00000000000000aa", sequence: 1, recentFrom: 1 };
const receiver = { ...us, deadRatio: 3 };
const samples = [
  encodeAuthenticated(plain, cheapKeys),
  encodeAuthenticated(largest(["203.0.113.1", "2001:db8::1"]), cheapKeys),
  fromHex("02010a0acb00710aaaaaaaaa00014a018a01aaaaaaaaaa01"),
];

function noise(): Uint8Array {
  const bytes = new Uint8Array(random(40));
  for (let at = 0; at < bytes.length; at++) bytes[at] = random(256);
  return bytes;
}

/** A sample with some bytes changed, cut, or with bytes behind it. */
function mutated(): Uint8Array {
  const sample = samples[random(samples.length)] ?? noise();
  const bytes = new Uint8Array(random(4) === 0 ? random(sample.length + 40) : sample.length);
  bytes.set(sample.subarray(0, bytes.length));
  for (let left = random(4); left > 0; left--) bytes[random(bytes.length)] = random(256);
  return bytes;
}

/** The same with a right length and signature, so that the content is read as well. */
function resigned(): Uint8Array {
  const bytes = mutated();
  const end = bytes.length - macBytes;
  if (end < 10) return bytes;
  bytes.set([0xba, 0x70, 0x6e, 1, bytes.length >> 8, bytes.length & 255, 0, 0, 0, 7]);
  bytes.set(cheapKeys.sign(7, bytes.subarray(0, end)), end);
  return bytes;
}

export type Fuzzed = {
  readonly tookMs: number;
  readonly slowestNs: bigint;
  /** How often each end came about; two decoders have looked at each datagram. */
  readonly counts: ReadonlyMap<RejectReason | "accepted", number>;
  /** The most peers that were remembered at once. */
  readonly peersMax: number;
};

/** Throws what a decoder throws: nothing may make it do so. */
export function fuzz(datagrams: number, seed: number): Fuzzed {
  state = seed;
  const makers = [noise, mutated, resigned];
  const counts = new Map<RejectReason | "accepted", number>();
  let peers = noPeers;
  let peersMax = 0;
  const nodeOf = directory("peer-0");
  const began = process.hrtime.bigint();
  let slowestNs = 0n;
  for (let index = 0; index < datagrams; index++) {
    const datagram = makers[index % makers.length]?.() ?? noise();
    const before = process.hrtime.bigint();
    const results = [decodeExoip(datagram), decodeAuthenticated(datagram, cheapKeys, nodeOf)];
    const tookNs = process.hrtime.bigint() - before;
    if (tookNs > slowestNs) slowestNs = tookNs;
    const [, signed] = results;
    if (signed?.ok && signed.value.wire === "authenticated") {
      peers = judge(peers, signed.value, { ...receiver, nowMs: index }).peers;
      peersMax = Math.max(peersMax, peers.size);
    }
    for (const result of results) {
      const what = result.ok ? "accepted" : result.reason;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  }
  const tookMs = Number((process.hrtime.bigint() - began) / 1_000_000n);
  return { tookMs, slowestNs, counts, peersMax };
}
