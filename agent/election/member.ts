/** Who is in the group, as it is learnt, saved and read back. */
import type { AgentPeers } from "../config.ts";
import { list, matching, object, optional, text } from "../config-rule.ts";
import type { NodeId } from "../wire/advertisement.ts";
import { idPattern } from "../wire/authenticated-layout.ts";
import { canonicalIp } from "../wire/ip.ts";

export type Member = {
  /** Unknown for a fixed address whose instance was not found and has not spoken. */
  readonly id?: NodeId;
  readonly name: string;
  /** In canonical text, the one to send to first. */
  readonly ips: readonly string[];
};

/** With the node itself 16, as many as a frame always has room for. */
export const maxMembers = 15;

/**
 * The core's name of a member. One without an id goes by its address; that name may elect and be
 * elected, but the cloud must never be asked about it.
 */
export const nodeOf = ({ id, ips: [ip] }: Member): NodeId => id || ip || "";

export const idsOf = (members: readonly Member[]): readonly NodeId[] =>
  members.map(({ id }) => id || "").filter((id) => id);

/** What is kept in the state directory: the members, and which peers had been asked for. */
export type SavedGroup = { readonly peers: AgentPeers; readonly members: readonly Member[] };

const savedGroup = object<SavedGroup>({
  peers: (value) => value,
  members: list(
    object<Member>({
      id: optional(matching("an id", idPattern)),
      name: matching("a name", /^.{1,255}$/),
      ips: list(text("an address", canonicalIp), 0, 8),
    }),
    0,
    maxMembers,
  ),
});

/** The members saved for these peers; undefined where the file is broken or speaks of others. */
export function savedMembers(value: unknown, peers: AgentPeers): readonly Member[] | undefined {
  let fine = true;
  const broken = (): undefined => {
    fine = false;
  };
  // The rules have looked at every key.
  const saved = savedGroup(value, broken) as SavedGroup | undefined;
  return fine && JSON.stringify(saved?.peers) === JSON.stringify(peers)
    ? saved?.members
    : undefined;
}
