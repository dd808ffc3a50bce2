/** What `nft monitor trace` prints of heartbeats, read as who sent whom, and the filter's verdict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { followTrace } from "../../../lab/fabric/beats.ts";

function read(lines: readonly string[]) {
  const told: (readonly [string, string, boolean])[] = [];
  const follow = followTrace((...one) => void told.push(one));
  for (const line of lines) follow(line);
  return told;
}

const packet = (id: string, first: string, second: string) =>
  `trace id ${id} ip baton_beats forward packet: iif "${first}" oif "${second}" ether saddr 02:00 ip saddr 198.51.100.10 udp dport 12345 @th,64,96 0x00 `;
const rule = (id: string) =>
  `trace id ${id} ip baton_beats forward rule udp dport 12345 meta nftrace set 1 (verdict continue)`;

test("one that passes, one that a cut drops, one that no rule lets in", () => {
  assert.deepEqual(
    read([
      packet("a1", "h1", "h2"),
      rule("a1"),
      packet("b2", "h2", "h1"),
      "trace id a1 ip baton_beats forward policy accept ",
      rule("b2"),
      'trace id b2 ip baton forward rule iifname "h2" oifname "h1" drop (verdict drop)',
      "trace id a1 ip baton forward rule ct state established,related accept (verdict accept)",
      packet("c3", "h1", "h2"),
      'trace id c3 ip baton forward rule oifname vmap { "h1" : jump to-h1 } (verdict jump to-h2)',
      "trace id c3 ip baton forward verdict continue ",
      "trace id c3 ip baton forward policy drop ",
    ]),
    [
      ["h2", "h1", false],
      ["h1", "h2", true],
      ["h1", "h2", false],
    ],
  );
});

test("what is no heartbeat's line is left alone, and none is told twice", () => {
  assert.deepEqual(
    read([
      "",
      "netlink message overrun",
      "trace id ff ip baton forward policy drop",
      packet("a1", "h1", "h2"),
      "trace id a1 ip baton forward rule accept (verdict accept)",
      "trace id a1 ip baton_flows forward policy accept",
      "trace id a1 ip baton forward policy accept",
    ]),
    [["h1", "h2", true]],
  );
});
