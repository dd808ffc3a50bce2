/**
 * What an agent's words leave out and the page knows: whom it releases, and since when a peer is
 * silent. An agent is asked once a second, and tells of what happened before.
 */
import type { AgentView } from "./message.ts";
import type { Model } from "./model.ts";
import type { Line } from "./narrate.ts";

export type Lines = {
  /** A claim or a release has reached the cloud. */
  readonly moved: (kind: "attach" | "detach", ip: string, host: string) => void;
  /** Its view; a reason to release another one says whom. */
  readonly named: (node: string, view: AgentView) => AgentView;
  /** When that of which an agent tells happened, where that is known to be before now. */
  readonly happenedAt: (node: string, line: Line) => number;
};

/** How the core's reasons begin that are about another one. */
const unnamed = "releases the other:";

/** An agent is asked within so long, and has then told. */
const recentMs = 10_000;

export function linesOf(model: Model): Lines {
  const claims = new Map<string, number>();
  const released = new Map<string, { readonly host: string; readonly at: number }>();
  const whom = (node: string, ip: string): string | undefined => {
    const last = released.get(ip);
    if (last !== undefined && last.host !== node && last.at > Date.now() - recentMs)
      return last.host;
    const others = (model.holders[ip] ?? []).filter((one) => one !== node);
    return others.length === 1 ? others[0] : undefined;
  };
  return {
    moved: (kind, ip, host) => {
      if (kind === "attach") claims.set(host, Date.now());
      else released.set(ip, { host, at: Date.now() });
    },
    named: (node, view) => {
      const before = model.agents[node]?.addresses ?? [];
      const addresses = view.addresses.map((one) => {
        if (!one.why.startsWith(unnamed)) return one;
        const because = one.why.slice(unnamed.length);
        // What it was first is what it stays, though nobody else holds any more.
        const was = before.find(({ ip }) => ip === one.ip)?.why;
        if (was?.startsWith("releases ") && was.endsWith(because)) return { ...one, why: was };
        const other = whom(node, one.ip);
        return other === undefined ? one : { ...one, why: `releases ${other}:${because}` };
      });
      return { ...view, addresses };
    },
    happenedAt: (node, { silence }) => {
      const now = Date.now();
      if (silence === undefined) return now;
      const froms = silence === "" ? model.facts.balancers : [silence];
      const heard = froms.flatMap((from) => model.beats[`${from}>${node}`] ?? []);
      const noticed = Math.min(...heard) + model.facts.limitMs;
      const claim = claims.get(node) ?? now;
      // It claims because it has noticed, never before.
      const latest = claim > now - recentMs ? claim - 1 : now;
      return Math.min(noticed > now - recentMs ? noticed : now, latest, now);
    },
  };
}
