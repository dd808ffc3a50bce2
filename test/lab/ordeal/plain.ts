/** A lab of plain data, whose clock began 10 s ago: two load balancers, 10 ms × 3 is its limit. */
import type { Measurement } from "../../../lab/client/client.ts";
import { type Sample, summarize } from "../../../lab/client/measure.ts";
import type { Lab } from "../../../lab/lab.ts";

export type Plain = {
  readonly events?: readonly object[];
  /** By address; each answer is the next of the list, and the last stays. */
  readonly holders?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly election?: object;
  readonly ranks?: Readonly<Record<string, number>>;
  readonly nodes?: readonly string[];
  /** When the router had what an operation did. */
  readonly routed?: ReadonlyMap<string, number>;
};

const web = "198.51.100.50";

export function labOf(plain: Plain): Lab {
  const { nodes = ["lb1", "lb2"], events = [], holders = {} } = plain;
  const told = new Map<string, number>();
  const elasticIps = { web: { ip: web }, mail: { ip: "198.51.100.51" } };
  const heartbeat = { method: "heartbeat", hold: "exclusive", preempt: true };
  const whole = {
    cloud: { nowMs: () => 10_000, events, world: () => ({ elasticIps }) },
    routed: plain.routed ?? new Map(),
    stack: {
      nodes: nodes.map((name) => ({ name })),
      election: { ...heartbeat, intervalMs: 10, deadRatio: 3, ...plain.election },
    },
    isOn: () => true,
    instance: (host: string) => ({ id: `id-of-${host}` }),
    hostOf: (id: string) => id.replace("id-of-", ""),
    ranks: () => plain.ranks ?? Object.fromEntries(nodes.map((name, rank) => [name, rank])),
    holders: async (address: string) => {
      const all = holders[address] ?? [];
      const asked = told.get(address) ?? 0;
      told.set(address, asked + 1);
      return all[Math.min(asked, all.length - 1)] ?? [];
    },
  };
  return whole as unknown as Lab;
}

/** A client that answers with these rows at any time. */
export const clientOf = (samples: () => readonly Sample[]): Measurement => ({
  samples,
  summary: () => summarize(samples()),
  stop: async () => summarize(samples()),
});

export const began = (id: string, kind: string, host: string, atMs: number, elasticIp = "web") => ({
  kind: "began",
  atMs,
  operation: { id, change: { kind, instance: `id-of-${host}`, elasticIp } },
});

export const ended = (id: string, atMs: number) => ({ kind: "ended", atMs, operation: { id } });

export const answered = (n: number, at: number): Sample => ({ n, at, ms: 2, status: 200 });
export const failed = (n: number, at: number): Sample => ({ n, at, ms: 800, error: "timeout" });
