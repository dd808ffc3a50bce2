/** The exoip wire: its bytes, whom it believes, and the question for the state. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createHeartbeat } from "../../../agent/election/heartbeat.ts";
import type { ExoipOptions } from "../../../agent/election/heartbeat-exoip.ts";
import type { Stranger } from "../../../agent/election/received.ts";
import { fromHex, toHex } from "../../../agent/wire/bytes.ts";
import { member, report, said } from "./world.ts";

const captured = "02010a0acb00710aaaaaaaaa00014a018a01aaaaaaaaaa01";
const nicId = "aaaaaaaa-0001-4a01-8a01-aaaaaaaaaa01";
const text = (letters: string): Uint8Array =>
  Uint8Array.from(letters, (letter) => letter.charCodeAt(0));

function exoip(options: Partial<ExoipOptions> = {}) {
  const clock = { now: 0 };
  const strangers: Stranger[] = [];
  const heartbeat = createHeartbeat({
    wire: "exoip",
    ip: "203.0.113.10",
    nicId,
    nowMs: () => clock.now,
    onStranger: (stranger) => strangers.push(stranger),
    ...options,
  });
  heartbeat.setPeers([
    member("lb2", "192.0.2.2", "2001:db8::2"),
    { name: "lb3", ips: ["192.0.2.3"] },
  ]);
  const hear = (hex: string, source: string) => said(heartbeat.receive(fromHex(hex), source));
  return { heartbeat, hear, clock, strangers };
}

test("a frame is sent byte for byte as exoip v0.4.3 sends it", () => {
  const { heartbeat } = exoip();
  assert.equal(toHex(heartbeat.encode(report())), captured);
  assert.ok(
    readFileSync(new URL("../../../docs/wire.md", import.meta.url), "utf8").includes(captured),
  );
  assert.equal(toHex(heartbeat.encode({ ...report(), priority: 8 })).slice(4, 8), "0808");
  assert.equal(heartbeat.counters.sent, 2);
});

test("the source address says who speaks; without an id it stands for one", () => {
  const { heartbeat, hear } = exoip();
  assert.equal(hear(captured, "192.0.2.2"), "frame from lb2");
  assert.equal(hear(captured, "2001:db8::2"), "frame from lb2");
  assert.equal(hear(captured, "192.0.2.3"), "frame from 192.0.2.3");
  const received = heartbeat.receive(fromHex(captured), "192.0.2.2");
  assert.ok(received.kind === "frame");
  assert.deepEqual(received.frame, { wire: "exoip", priority: 10, ip: "203.0.113.10", nicId });
});

test("a frame from anywhere else is counted and reported, and never believed", () => {
  const { heartbeat, hear, strangers } = exoip();
  assert.equal(hear(captured, "192.0.2.9"), "unknown-source");
  assert.deepEqual(heartbeat.counters, {
    accepted: 0,
    sent: 0,
    dropped: { "unknown-source": 1 },
  });
  assert.deepEqual(
    strangers.map(({ ip, proven }) => [ip, proven]),
    [["192.0.2.9", false]],
  );
  heartbeat.setPeers([member("lb9", "192.0.2.9")]);
  assert.equal(hear(captured, "192.0.2.9"), "frame from lb9");
  assert.equal(hear(captured, "192.0.2.2"), "unknown-source");
});

const odd: readonly (readonly [hex: string, worth: string])[] = [
  [captured.replace("cb00710a", "cb00710b"), "wrong-address"],
  [captured.replace("0201", "0301"), "version"],
  [captured.replace("0a0a", "0a0b"), "priority"],
  [captured.slice(2), "too-short"],
  [`${captured}00`, "too-long"],
  [captured.replace("aaaaaaaa0001", "696e666f0001"), "frame from lb2"],
  [`${captured.slice(0, 16)}${"0".repeat(32)}`, "frame from lb2"],
  ["ba706e01", "other-wire"],
];

test("what exoip accepts is accepted, save for its faults", () => {
  const { hear } = exoip();
  for (const [hex, worth] of odd) assert.equal(hear(hex, "192.0.2.2"), worth, hex);
});

test("another address of the cloud makes nobody a stranger", () => {
  const { hear, strangers } = exoip();
  assert.equal(hear(captured.replace("cb00710a", "cb00710b"), "192.0.2.9"), "wrong-address");
  assert.deepEqual(strangers, []);
});

test("info is answered on this host alone, and once a second", () => {
  const { heartbeat, clock } = exoip();
  const ask = (source: string) => said(heartbeat.receive(text("info"), source));
  assert.deepEqual([ask("192.0.2.2"), ask("127.0.0.1")], ["unknown-source", "info"]);
  clock.now = 999;
  assert.equal(ask("::1"), "replayed");
  clock.now = 1000;
  assert.deepEqual([ask("::1"), ask("127.0.0.1")], ["info", "replayed"]);
});

test("info from anywhere is answered where that is allowed", () => {
  const { heartbeat } = exoip({ allowInfo: true });
  assert.equal(said(heartbeat.receive(text("info\n"), "192.0.2.9")), "info");
});
