/** I2: no action of an agent leaves an address with nobody while a healthy node exists. */
import { type Checker, fresh } from "./checker.ts";

/** What a person has done is not known before the holder's next look (R16). */
const personMs = 20_000;

export function neverOrphaned(): Checker {
  const from = { seen: 0 };
  return {
    invariant: "I2",
    look(world) {
      for (const { at, by, ip, holders, before } of fresh(world, from)) {
        if (holders.length > 0 || world.plan.nodes[world.ids.indexOf(by)]?.program !== "baton") {
          continue;
        }
        const touched = world.cloud.moves.some(
          (move) => move.by === "person" && move.ip === ip && Math.abs(at - move.at) < personMs,
        );
        const sound = world.ids.filter((id) => world.host(id).sound);
        if (touched || sound.length === 0) continue;
        return `${by} took it from ${before.join(" and ")}, and nobody holds`;
      }
      return undefined;
    },
  };
}
