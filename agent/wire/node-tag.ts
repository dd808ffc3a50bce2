/**
 * A node in four bytes, for the lists of a frame: 16 ids of a cloud would not fit into a datagram.
 * The tag is the 32-bit FNV-1a of the id. It authenticates nothing: the frame's signature does, and
 * an echo counts by its boot id. Two ids that differ in their last character alone never share one.
 */
import type { NodeId } from "./advertisement.ts";

/** The tag of an id; of the text of a tag, the tag itself. */
export function nodeTag(node: NodeId): number {
  if (node.startsWith("#")) return Number.parseInt(node.slice(1), 16) >>> 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < node.length; at++) {
    hash = Math.imul(hash ^ node.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** Stands for a node of which only the tag is known; no id begins with this character. */
export const tagText = (tag: number): NodeId => `#${tag.toString(16).padStart(8, "0")}`;

/** The ids among `nodes` that share their tag with another: a group must not have any. */
export const sharedTags = (nodes: readonly NodeId[]): readonly NodeId[] =>
  nodes.filter((node) => nodes.some((other) => other !== node && nodeTag(other) === nodeTag(node)));
