/** The range for machines that are not ours never meets an address that is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { leaseRange } from "../../infra/lease-range.ts";
import { addressAt, formatAddress, parseAddress, parseCidr } from "../../stack/ip.ts";

const cases: readonly (readonly [string, readonly string[], string])[] = [
  ["10.0.0.0/24", ["10.0.0.11", "10.0.0.21"], "10.0.0.239-10.0.0.254 of 255.255.255.0"],
  ["10.0.0.0/24", ["10.0.0.254"], "10.0.0.238-10.0.0.253 of 255.255.255.0"],
  ["10.0.0.0/24", ["10.0.0.250"], "10.0.0.251-10.0.0.254 of 255.255.255.0"],
  ["10.0.0.0/29", ["10.0.0.2", "10.0.0.3"], "10.0.0.4-10.0.0.6 of 255.255.255.248"],
  ["10.0.0.0/30", ["10.0.0.1", "10.0.0.2"], "none"],
  ["10.0.0.0/31", [], "none"],
  ["fd00::/64", [], "none"],
];

test("the highest free addresses, at most 16", () => {
  for (const [block, taken, wanted] of cases) {
    const range = leaseRange(block, taken);
    const text = range ? `${range.startIp}-${range.endIp} of ${range.netmask}` : "none";
    assert.equal(text, wanted, `${block} without ${taken.join(", ")}`);
  }
});

test("whatever is taken, the range is inside the block and free", () => {
  const numberOf = (ip: string): bigint => parseAddress(ip)?.value ?? -1n;
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 30 }),
      fc.array(fc.nat(1023), { maxLength: 60 }),
      (prefix, offsets) => {
        const block = `10.20.0.0/${prefix}`;
        const cidr = parseCidr(block);
        assert.ok(cidr);
        const taken = offsets.map((offset) => formatAddress(addressAt(cidr, offset)));
        const range = leaseRange(block, taken);
        if (range === undefined) return;
        const [start, end] = [numberOf(range.startIp), numberOf(range.endIp)];
        assert.ok(start > cidr.base && start <= end && end - start < 16n);
        assert.ok(end < cidr.base + (1n << BigInt(32 - prefix)) - 1n);
        for (const ip of taken) assert.ok(numberOf(ip) < start || numberOf(ip) > end, ip);
      },
    ),
  );
});
