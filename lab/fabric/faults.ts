/** What goes wrong between hosts that are well. */

import { WorldFailure } from "../../stack/failure.ts";
import { attempt } from "../command.ts";
import { hostOf, type Inside } from "./inside.ts";
import type { Cut, End, Impairment } from "./state.ts";

export type Faults = {
  /** Nothing passes from one end to the other, nor back unless one way is asked for. */
  readonly cut: (from: End, to: End, oneWay?: boolean) => Promise<void>;
  /** Undoes all cuts between two ends. */
  readonly mend: (one: End, other: End) => Promise<void>;
  readonly cutFromApi: (id: string, on: boolean) => Promise<void>;
  readonly cutFromMetadata: (id: string, on: boolean) => Promise<void>;
  /** Loses some of a host's packets, both ways, or delays those to it; {} mends it. */
  readonly impair: (id: string, impairment: Impairment) => Promise<void>;
};

export function faultsOf(inside: Inside): Faults {
  const knows = (end: End) => (end === "client" ? undefined : hostOf(inside, end));
  const toggled = (ids: readonly string[], id: string, on: boolean) => [
    ...ids.filter((other) => other !== id),
    ...(on ? [id] : []),
  ];
  return {
    cut: async (from, to, oneWay = false) => {
      for (const end of [from, to]) knows(end);
      const cuts: readonly Cut[] = [{ from, to }, ...(oneWay ? [] : [{ from: to, to: from }])];
      await inside.change((state) => ({ ...state, cuts: [...state.cuts, ...cuts] }));
    },
    mend: (one, other) =>
      inside.change((state) => ({
        ...state,
        cuts: state.cuts.filter(({ from, to }) => !isBetween(from, to, one, other)),
      })),
    cutFromApi: (id, on) => {
      hostOf(inside, id);
      return inside.change((state) => ({
        ...state,
        withoutApi: toggled(state.withoutApi, id, on),
      }));
    },
    cutFromMetadata: (id, on) => {
      hostOf(inside, id);
      return inside.change((state) => ({
        ...state,
        withoutMetadata: toggled(state.withoutMetadata, id, on),
      }));
    },
    impair: async (id, impairment) => {
      const { port } = hostOf(inside, id);
      await delay(inside, port, impairment.delayMs ?? 0);
      await inside.change((state) => ({
        ...state,
        impaired: { ...state.impaired, [id]: impairment },
      }));
    },
  };
}

const isBetween = (from: End, to: End, one: End, other: End): boolean =>
  (from === one && to === other) || (from === other && to === one);

/** A bridge's own queue holds what the router sends to the host. */
async function delay({ place }: Inside, port: string, delayMs: number): Promise<void> {
  const queue = ["ip", "netns", "exec", place.router, "tc", "qdisc"];
  if (delayMs <= 0) return void (await attempt([...queue, "del", "dev", port, "root"]));
  const { code, stderr } = await attempt([
    ...[...queue, "replace", "dev", port, "root", "netem", "delay", `${delayMs}ms`],
  ]);
  if (code === 0) return;
  throw new WorldFailure(
    `the kernel cannot delay packets: ${stderr.trim()}`,
    "it needs its module sch_netem (CONFIG_NET_SCH_NETEM); loss works without it",
  );
}
