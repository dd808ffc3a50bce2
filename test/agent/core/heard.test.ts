/** Which releases of a peer are news: they are counted within one boot of it, and repeated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { heard } from "../../../agent/core/heard.ts";
import { start } from "../../../agent/core/start.ts";
import type { State } from "../../../agent/core/state.ts";
import type { SignedAdvertisement } from "../../../agent/wire/advertisement.ts";
import { ip, settings } from "./settings.ts";

/** Says for the first time, or again, that it has released lb1. */
const released: SignedAdvertisement = {
  wire: "authenticated",
  node: "lb2",
  name: "lb2",
  boot: "b0",
  sequence: 1,
  uptimeMs: 0,
  intervalMs: 1000,
  healthy: true,
  maintenance: false,
  resigningMs: 0,
  priority: 128,
  heard: [{ node: "lb1", boot: "self", sequence: 1, ageMs: 0, proven: true }],
  addresses: [],
  releases: [{ whom: "lb1", ip, count: 1 }],
};

const hears = (state: State, now: number, changes: Partial<SignedAdvertisement>): State =>
  heard({ ...state, now }, "lb2", { ...released, ...changes }, []);

const toldAt = ({ addresses }: State) => addresses.get(ip)?.releasedAt.get("lb1");

const begun: State = { ...start(settings, 0, 0.5), group: new Set(["lb1", "lb2"]) };

test("a release is no news again when the peer's uptime begins anew after 49.7 days", () => {
  const first = hears(begun, 100, { uptimeMs: 2 ** 32 - 500 });
  assert.equal(toldAt(first), 100);
  assert.equal(toldAt(hears(first, 1100, { uptimeMs: 500 })), 100);
});

test("the first release of a new boot is news, however long that was up before it was heard", () => {
  const first = hears(begun, 100, { uptimeMs: 1000 });
  assert.equal(toldAt(hears(first, 9100, { boot: "b1", uptimeMs: 2000 })), 9100);
});
