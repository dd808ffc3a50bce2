/** What of a cloud outlives the process that runs it, as plain data. */
import type { Cloud, Operation } from "./cloud.ts";
import type { Fault } from "./fault.ts";
import type { World } from "./world.ts";

export type Kept = {
  readonly version: 1;
  readonly world: World;
  readonly operations: readonly Operation[];
  readonly operationsBegun: number;
  readonly faults: readonly Fault[];
};

/** Past worlds and answers on their way are lost with the connections that waited for them. */
export const kept = (cloud: Cloud): Kept => ({
  version: 1,
  world: cloud.world,
  operations: Object.values(cloud.operations),
  operationsBegun: cloud.operationsBegun,
  faults: cloud.faults,
});

/** A fresh cloud with what was kept: operations that were under way come to their end. */
export const revived = (cloud: Cloud, { world, operations, ...others }: Kept): Cloud => ({
  ...cloud,
  world,
  history: [{ sinceMs: Number.NEGATIVE_INFINITY, world }],
  operations: Object.fromEntries(operations.map((operation) => [operation.id, operation])),
  operationsBegun: others.operationsBegun,
  faults: others.faults,
  schedule: operations
    .filter(({ state }) => state === "pending")
    .map(({ id, endsAtMs }) => ({ atMs: endsAtMs, due: { kind: "end", operation: id } })),
});

/** Whether there is anything new to keep. */
export const isKept = (before: Cloud, after: Cloud): boolean =>
  before.world === after.world &&
  before.operations === after.operations &&
  before.faults === after.faults;
