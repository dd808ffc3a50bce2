/** Which releases of a peer are news: they are counted within one boot of it, and repeated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { State } from "../../../agent/core/state.ts";
import { begun, hears, ip } from "./settings.ts";

/** A peer may ask for what it told for one more dead interval, and then it has to land. */
const landsMs = 3_000 + 15_000;

/** Says at a moment, for the first time or again, that it has released lb1. */
const isTold = (state: State, now: number, uptimeMs: number, boot = "b0"): State =>
  hears({ ...state, now }, { boot, uptimeMs, releases: [{ whom: "lb1", ip, count: 1 }] });

const landsAt = ({ addresses }: State) => addresses.get(ip)?.releaseLandsAt.get("lb1");

test("a release is no news again when the peer's uptime begins anew after 49.7 days", () => {
  const first = isTold(begun, 100, 2 ** 32 - 500);
  assert.equal(landsAt(first), 100 + landsMs);
  assert.equal(landsAt(isTold(first, 1100, 500)), 100 + landsMs);
});

test("the first release of a new boot is news, however long that was up before it was heard", () => {
  const first = isTold(begun, 100, 1000);
  assert.equal(landsAt(isTold(first, 9100, 2000, "b1")), 9100 + landsMs);
});
