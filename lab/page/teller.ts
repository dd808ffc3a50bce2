/** Tells the page what is new; a real lab and a simulation show the same things to it. */
import type { Sample } from "../client/measure.ts";
import { followFailovers, type Moved } from "./failover.ts";
import { linesOf } from "./lines.ts";
import type { AgentView } from "./message.ts";
import { newsOf } from "./narrate.ts";
import type { Page } from "./page.ts";
import { type Asked, countsOf } from "./traffic.ts";

/** What an agent shows at one look: its view, calls since it began, and its own moves. */
export type AgentSight = {
  readonly view: AgentView;
  readonly calls: number;
  readonly moves: readonly Moved[];
};

/** The load balancer that the request from a port of the client went through. */
export type Ways = (port: number) => string;

type Holders = Readonly<Record<string, readonly string[]>>;

export type Teller = {
  readonly order: (words: readonly string[]) => void;
  readonly scene: (holders: Holders, off: readonly string[]) => void;
  /** @param sight null where the agent does not answer */
  readonly agent: (node: string, sight: AgentSight | null) => void;
  readonly beat: (from: string, to: string, arrived: boolean) => void;
  /** A change of who holds has begun in the cloud, or ended. */
  readonly move: (
    kind: "attach" | "detach",
    ip: string,
    host: string,
    state: "begun" | string,
  ) => void;
  /** A request through an address. */
  readonly sample: (sample: Sample, ip: string) => void;
  /** Tells of the requests since the last time. @param ways asked now: where each port's went */
  readonly traffic: (ways: () => Ways | Promise<Ways>) => Promise<void>;
};

export function tellerOf(page: Pick<Page, "tell" | "model">): Teller {
  const { tell, model } = page;
  const follow = followFailovers(model.facts);
  const calls = new Map<string, number>();
  let samples: Asked[] = [];
  const heldSince = new Map<string, number>();
  const lines = linesOf(model);
  return {
    order: (words) => {
      tell({ kind: "order", words });
      tell({ kind: "said", who: "you", tone: "order", text: words.join(" ") });
    },
    scene: (holders, off) => {
      for (const [ip, now] of Object.entries(holders))
        if (now.length > 0 && !heldSince.has(ip)) heldSince.set(ip, Date.now());
      tellScene(page, holders, off);
    },
    agent: (node, sight) => {
      const before = model.agents[node];
      const view = sight === null ? null : lines.named(node, sight.view);
      if (JSON.stringify(before) !== JSON.stringify(view)) tell({ kind: "agent", node, view });
      for (const line of newsOf(before ?? null, view)) {
        const { tone, text } = line;
        tell({ kind: "said", who: node, tone, text }, lines.happenedAt(node, line));
      }
      follow.view(node, view);
      if (sight === null) return;
      const was = calls.get(node) ?? sight.calls;
      calls.set(node, sight.calls);
      // One that was started anew counts from nothing.
      const count = sight.calls - (sight.calls < was ? 0 : was);
      if (count > 0) tell({ kind: "calls", node, count });
      for (const move of sight.moves) follow.moved(node, move);
    },
    beat: (from, to, arrived) => {
      // What goes out to a host without power is lost there.
      const isHeard = arrived && !model.off.includes(to);
      if (isHeard) follow.beat(from, to, Date.now());
      tell({ kind: "beat", from, to, arrived: isHeard });
    },
    move: (kind, ip, host, state) => {
      const what = kind === "attach" ? `attach ${ip} to ${host}` : `detach ${ip} from ${host}`;
      const text = state === "begun" ? what : `${what}: ${state}`;
      tell({ kind: "said", who: "cloud", tone: "cloud", text });
      if (state === "begun") lines.moved(kind, ip, host);
      if (state === "begun" && kind === "attach")
        follow.claimed(ip, model.holders[ip] ?? [], host, Date.now());
    },
    sample: (sample, ip) => {
      // Before anybody has ever held it there is nothing to fail.
      if (sample.at < (heldSince.get(ip) ?? Infinity)) return;
      samples.push({ ...sample, ip });
      follow.sample(sample, ip);
    },
    traffic: async (ways) => {
      // What ends while the router is asked may be in the next answer alone.
      const ended = samples;
      samples = [];
      for (const [second, counts] of countsOf(ended, await ways()))
        tell({ kind: "traffic", second, counts });
      for (const failover of follow.news(Date.now())) tell({ kind: "failover", failover });
    },
  };
}

function tellScene(
  { tell, model }: Pick<Page, "tell" | "model">,
  holders: Holders,
  off: readonly string[],
): void {
  const before = JSON.stringify([model.holders, model.off]);
  if (before === JSON.stringify([holders, off])) return;
  for (const [ip, now] of Object.entries(holders)) {
    if (now.join() === (model.holders[ip] ?? []).join()) continue;
    const text = `${ip} leads to ${now.join(" and ") || "nobody"}`;
    tell({ kind: "said", who: "router", tone: "cloud", text });
  }
  tell({ kind: "scene", holders, off });
}
