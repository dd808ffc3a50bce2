/**
 * The roles of a node for one address and the changes between them, as a table: what is not in it
 * cannot happen. The diagram in the documents is generated from here.
 */

export type Role = "init" | "backup" | "master" | "fault";

/** Why a role changes. */
export type Cause = "observed" | "seen-holding" | "seen-not-holding" | "sick" | "well" | "paused";

type Table = { readonly [From in Role]: { readonly [Why in Cause]?: Role } };

/**
 * `init`: nothing is known yet. `backup`: another may hold, we stand by. `master`: the cloud shows
 * us holding. `fault`: not able to serve; such a node claims only when nobody else can.
 */
export const transitions: Table = {
  init: { observed: "backup", "seen-holding": "master", sick: "fault" },
  backup: { "seen-holding": "master", sick: "fault", paused: "init" },
  master: { "seen-not-holding": "backup", sick: "fault", paused: "init" },
  fault: { well: "backup", paused: "init" },
};

/** The role after a cause; the same role where the table has no change for it. */
export const roleAfter = (role: Role, cause: Cause): Role => transitions[role][cause] ?? role;

/** The table as Mermaid text. */
export function diagram(): string {
  const lines = (Object.keys(transitions) as Role[]).flatMap((from) =>
    Object.entries(transitions[from]).map(([cause, to]) => `  ${from} --> ${to}: ${cause}`),
  );
  return ["stateDiagram-v2", "  [*] --> init", ...lines].join("\n");
}
