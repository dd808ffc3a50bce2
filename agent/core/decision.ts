/** What may be decided about an address, and the view of it that decides. */
import type { NodeId } from "../wire/advertisement.ts";
import type { Candidate } from "./elect.ts";
import type { AddressState, Scope, State } from "./state.ts";

export type Decision =
  /** `differs`: not as it should be, so the cloud is read often, and as widely as `look` says. */
  | {
      readonly do: "nothing";
      readonly why: string;
      readonly differs: boolean;
      readonly look?: Scope;
      /** Something could be done now, were it not so long since the cloud was read. */
      readonly readNow?: boolean;
    }
  | { readonly do: "claim"; readonly why: string }
  | { readonly do: "release"; readonly whom: NodeId; readonly why: string };

type Rest = Extract<Decision, { readonly do: "nothing" }>;

export const rest = (why: string, differs = false, look: Scope = "group"): Rest => ({
  do: "nothing",
  why,
  differs,
  look,
});
export const claim = (why: string): Decision => ({ do: "claim", why });
export const release = (whom: NodeId, why: string): Decision => ({ do: "release", whom, why });

/** One address as the decision sees it. */
export type View = {
  readonly state: State;
  readonly address: AddressState;
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly elected: readonly NodeId[];
  /** Other nodes of the group that hold. */
  readonly others: readonly NodeId[];
};
