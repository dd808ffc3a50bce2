/** The one-off commands: an address moved once, and told only when the cloud shows it. */
import type { Cloud } from "../cloud/cloud.ts";
import type { AgentConfig } from "../config.ts";
import type { Move } from "./command.ts";

export type MoveParts = {
  readonly cloud: Cloud;
  readonly config: AgentConfig;
  /** The cloud's id of this instance. */
  readonly self: string;
  readonly nowMs: () => number;
  readonly say: (text: string) => void;
};

/** The cloud may take that long to show what it has done. */
const confirmMs = 60_000;
const againMs = 500;
const attemptMs = 10_000;

/** Gives what went wrong; undefined where the cloud shows what was asked for. */
export async function moveOnce(
  { command, address, instance, dryRun }: Pick<Move, "command" | "address" | "instance" | "dryRun">,
  { cloud, config, self, nowMs, say }: MoveParts,
): Promise<string | undefined> {
  const [first, ...more] = config.addresses.map(({ ip }) => ip);
  if (!address && more.length > 0) return `which address? ${[first, ...more].join(", ")}: --ip`;
  const ip = address ?? first ?? "";
  const deadline = () => ({ deadlineMs: nowMs() + attemptMs });
  const ids = await cloud.addressIds(deadline());
  if (ids.kind !== "done") return ids.message;
  const id = ids.value[ip];
  if (!id) return `the cloud knows no address ${ip} in this zone, or not for this key`;
  const listed = await cloud.instances({ of: { from: "zone" }, ...deadline() });
  if (listed.kind !== "done") return listed.message;
  const named = listed.value.filter(({ id, name }) => [id, name].includes(instance ?? self));
  const [whom] = named;
  if (!whom || named.length > 1) return `${named.length} instances are ${instance ?? self}`;
  const nameOf = (one: string): string => listed.value.find(({ id }) => id === one)?.name ?? one;

  const holders = async (): Promise<readonly string[] | string> => {
    const seen = await cloud.observe({ candidates: "zone", ...deadline() });
    if (seen.kind !== "done") return seen.message;
    const all = Object.entries(seen.value.instances);
    return all.filter(([, { holds }]) => holds.includes(id)).map(([one]) => one);
  };
  const shown = (list: readonly string[]): string => list.map(nameOf).join(", ") || "nobody";

  const before = await holders();
  if (typeof before === "string") return before;
  const wanted = command === "claim";
  if (before.includes(whom.id) === wanted) {
    say(`${ip} is held by ${shown(before)}: nothing to change`);
    return undefined;
  }
  say(
    `${ip} is held by ${shown(before)}; ${command} for ${whom.name}${dryRun ? ": not done" : ""}`,
  );
  if (dryRun) return undefined;
  const moved = await cloud[command]({ address: id, instance: whom.id, ...deadline() });
  if (moved.kind === "refused") return moved.message;
  for (const untilMs = nowMs() + confirmMs; nowMs() < untilMs; ) {
    const after = await holders();
    if (typeof after !== "string" && after.includes(whom.id) === wanted) {
      say(`${ip} is held by ${shown(after)}`);
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  const why = moved.kind === "done" ? "" : `: ${moved.message}`;
  return `the cloud does not show it after ${confirmMs / 1000} s${why}`;
}
