/** Ranks of the stack file as priorities in each election's own scale. */
import type { Node, Stack } from "../stack/stack.ts";

/** First value, step to the next rank, and last value; VRRP counts down, the others up. */
const scales = {
  heartbeat: { best: 10, step: 10, worst: 255 },
  vrrp: { best: 200, step: -50, worst: 1 },
  carp: { best: 1, step: 49, worst: 239 },
} as const;

/**
 * The number that a node sends: exoip's priority and CARP's advskew, where the lowest wins, or
 * VRRP's priority, where the highest wins. Steps shrink where there are many nodes.
 */
export function priorityOf(stack: Stack, node: Node, rank: number): number {
  if (node.priority !== undefined) return node.priority;
  const { best, step, worst } = scales[stack.election.method];
  const room = Math.floor(Math.abs(worst - best) / Math.max(1, stack.nodes.length - 1));
  return best + Math.sign(step) * Math.min(Math.abs(step), room) * rank;
}
