/**
 * Open: the core keeps what it knew of nodes that have left the group (`peers`, `newcomers`), so a
 * group whose members are replaced for months makes it grow. To become a test of the core when
 * `group` forgets who has left.
 */
import assert from "node:assert/strict";
import { start } from "../../../agent/core/start.ts";
import type { Event, Settings } from "../../../agent/core/state.ts";
import { step } from "../../../agent/core/step.ts";

export function forgetsWhoHasLeft(settings: Settings): void {
  let state = start(settings, 0, 0.5);
  const sizes = Array.from({ length: 300 }, (_, index) => {
    const id = `lb${index + 2}`;
    const ip = settings.addresses[0]?.ip ?? "";
    const events: Event[] = [
      { type: "group", members: [settings.self, id] },
      { type: "frame", from: id, frame: { wire: "exoip", priority: 20, ip, nicId: id } },
    ];
    for (const event of events) state = step(state, event, 1_000 * (index + 1)).state;
    const address = state.addresses.get(ip);
    return state.peers.size + (address?.newcomers.size ?? 0) + (address?.knownHolders.size ?? 0);
  });
  assert.ok(Math.max(...sizes) <= 16, `${Math.max(...sizes)} nodes are remembered`);
}
