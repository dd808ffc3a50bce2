/** What the agents asked of the cloud, and how long the cloud itself took for it. */
import type { Lab } from "../lab.ts";
import type { CloudEvent } from "../model/exoscale/cloud.ts";

/** A change of who holds, as the cloud saw it. Moments are Unix milliseconds. */
export type CloudMove = {
  readonly kind: "attach" | "detach";
  readonly address: string;
  /** The host that it is about. */
  readonly host: string;
  /** When it reached the cloud. */
  readonly at: number;
  /** When the cloud said that it is done; undefined where it has not ended yet. */
  readonly doneAt: number | undefined;
  /** When the router had it: the end of the cloud's own time. */
  readonly until: number | undefined;
};

/** The moves that were asked for since a moment, in order. */
export function movesSince(lab: Lab, since: number): readonly CloudMove[] {
  const wall = Date.now() - lab.cloud.nowMs();
  const began = lab.cloud.events.filter(
    (event): event is CloudEvent & { kind: "began" } =>
      event.kind === "began" && wall + event.atMs >= since,
  );
  return began.flatMap(({ atMs, operation: { id, change } }) => {
    if (change.kind !== "attach" && change.kind !== "detach") return [];
    const ended = lab.cloud.events.find(
      (event) => event.kind === "ended" && event.operation.id === id,
    );
    const doneAt = ended === undefined ? undefined : wall + ended.atMs;
    return [
      {
        kind: change.kind,
        address: lab.cloud.world().elasticIps[change.elasticIp]?.ip ?? change.elasticIp,
        host: lab.hostOf(change.instance),
        at: wall + atMs,
        doneAt,
        until: lab.routed.get(id) ?? doneAt,
      },
    ];
  });
}

/** The time that the cloud itself took. What it did at once counts once: nobody waits twice. */
export function cloudMs(moves: readonly CloudMove[]): number {
  let sum = 0;
  let counted = Number.NEGATIVE_INFINITY;
  for (const { at, until = at } of [...moves].sort((a, b) => a.at - b.at)) {
    sum += Math.max(0, until - Math.max(at, counted));
    counted = Math.max(counted, until);
  }
  return sum;
}

/**
 * The two moves that end an outage: the first claim, and the first release of the one that is dead.
 * What agents do besides is no part of a failover, and explains no failure.
 */
export function failoverIn(moves: readonly CloudMove[], victim: string): readonly CloudMove[] {
  const claim = moves.find(({ kind }) => kind === "attach");
  const release = moves.find(({ kind, host }) => kind === "detach" && host === victim);
  return [claim, release].filter((move) => move !== undefined);
}
