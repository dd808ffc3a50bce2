/** The memory of an agent is bounded, whatever happened to it. */
import { Agent } from "../world/agent.ts";
import type { Checker } from "./checker.ts";

/** Values in all, for a node and for each node that it knows. */
const most = { own: 200, peer: 120 };

export const boundedMemory: Checker = {
  invariant: "memory",
  end(world) {
    const limit = most.own * world.ips.length + most.peer * world.ids.length;
    for (const id of world.ids) {
      const { program } = world.host(id);
      if (!(program instanceof Agent)) continue;
      const size = sizeOf(program.state);
      if (size > limit) return `the state of ${id} has ${size} values`;
    }
    return undefined;
  },
};

/** How many values there are in a value. */
function sizeOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let size = 0;
  const parts = value instanceof Map || value instanceof Set ? value : Object.values(value);
  for (const part of parts) size += sizeOf(part);
  return size;
}
