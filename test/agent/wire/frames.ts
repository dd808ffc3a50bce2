/** Advertisements for the tests: one that is plain, one that is as large as can be, and any. */
import fc from "fast-check";
import type {
  AddressReport,
  Heard,
  ReleaseNotice,
  SignedAdvertisement,
} from "../../../agent/wire/advertisement.ts";
import { possessions, roles } from "../../../agent/wire/authenticated-layout.ts";
import { hmacKeys } from "../../../agent/wire/hmac.ts";
import { formatIp } from "../../../agent/wire/ip.ts";
import type { Keys } from "../../../agent/wire/keys.ts";
import { nodeTag } from "../../../agent/wire/node-tag.ts";

export const secretOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
export const keys = hmacKeys([secretOf(1)]);

/** A directory of the nodes that a test speaks of. */
export const directory =
  (...nodes: string[]) =>
  (tag: number): string | undefined =>
    nodes.find((node) => nodeTag(node) === tag);

export const report = (ip: string): AddressReport => ({
  ip,
  rank: 1,
  role: "backup",
  wants: false,
  possession: "none",
  yields: false,
  unable: false,
});

export const plain: SignedAdvertisement = {
  wire: "authenticated",
  node: "one",
  name: "lb1",
  boot: "00000000000000a1",
  sequence: 1,
  uptimeMs: 0,
  intervalMs: 1000,
  healthy: true,
  maintenance: false,
  resigningMs: 0,
  priority: 10,
  heard: [],
  addresses: [report("203.0.113.10"), report("2001:db8::10")],
  releases: [],
};

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const sequence = fc.integer({ min: 1, max: 0xffffffff });
const byte = fc.nat(255);
const boot = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));
const tag = uint32.map((value) => `#${value.toString(16).padStart(8, "0")}`);
const idOf = (longest: number) =>
  fc.stringMatching(new RegExp(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,${longest - 1}}$`));

/** Records as object literals make them, since a comparison looks at the prototype too. */
const record = <Shape extends object>(shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) =>
  fc.record<Shape>(shape, { noNullPrototype: true });

const address: fc.Arbitrary<AddressReport> = record({
  ip: fc
    .oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    )
    .map(formatIp),
  rank: byte,
  role: fc.constantFrom(...roles),
  wants: fc.boolean(),
  possession: fc.constantFrom(...possessions),
  yields: fc.boolean(),
  unable: fc.boolean(),
});

const heard: fc.Arbitrary<Heard> = record({
  node: tag,
  boot,
  sequence: uint32,
  ageMs: fc.nat(0x7fffffff),
  proven: fc.boolean(),
});

/** Any advertisement that fits into a frame as it is. */
export const anyAdvertisement: fc.Arbitrary<SignedAdvertisement> = record({
  node: idOf(128),
  name: idOf(63),
  boot,
  sequence,
  uptimeMs: uint32,
  intervalMs: fc.integer({ min: 1, max: 0xffff }),
  healthy: fc.boolean(),
  maintenance: fc.boolean(),
  resigningMs: uint32,
  priority: byte,
  heard: fc.array(heard, { maxLength: 16 }),
  addresses: fc.uniqueArray(address, { maxLength: 32, selector: ({ ip }) => ip }),
}).chain((one) =>
  fc
    .array(fc.record({ whom: tag, index: fc.nat(), count: uint32 }), {
      maxLength: one.addresses.length === 0 ? 0 : 6,
    })
    .map((releases) => ({
      wire: "authenticated",
      ...one,
      releases: releases.map(
        ({ whom, index, count }): ReleaseNotice => ({
          whom,
          ip: one.addresses[index % one.addresses.length]?.ip ?? "",
          count,
        }),
      ),
    })),
);

/** As large as a node can be: the longest texts, `ips` as addresses, more heard than has room. */
export const largest = (ips: readonly string[]): SignedAdvertisement => ({
  ...plain,
  node: "n".repeat(128),
  name: "m".repeat(63),
  heard: Array.from({ length: 40 }, (_, index) => ({
    node: `peer-${index}`,
    boot: index.toString(16).padStart(16, "0"),
    sequence: index + 1,
    ageMs: index,
    proven: index % 2 === 0,
  })),
  addresses: ips.map(report),
  releases: Array.from({ length: 10 }, (_, index) => ({
    whom: `peer-${index}`,
    ip: ips[index % ips.length] ?? "",
    count: index,
  })),
});

/** A signature that costs next to nothing and stops nobody, as a simulator would use. */
export const cheapKeys: Keys = {
  sendWith: 7,
  knows: (keyId) => keyId === 7,
  sign: (_, signed) => checksum(signed),
  verify: (_, signed, mac) => checksum(signed).every((value, index) => value === mac[index]),
};

function checksum(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(16);
  for (const [index, value] of bytes.entries()) {
    sum[index % 16] = ((sum[index % 16] ?? 0) * 31 + value) & 255;
  }
  return sum;
}
