/** The running lab on a terminal: who holds, what the agents say, what the client sees. */
import { answerTimeoutMs, type Measurement } from "../client/client.ts";
import { isAnswered, type Sample } from "../client/measure.ts";
import type { Lab } from "../lab.ts";
import { type NodeView, nodeViews } from "./observe.ts";

export type Seen = {
  readonly address: string;
  readonly holders: readonly string[];
  readonly nodes: readonly NodeView[];
  /** Of the last second. */
  readonly recent: readonly Sample[];
  readonly failed: number;
  readonly sent: number;
};

const windowMs = 1000;

export async function look(lab: Lab, client: Measurement): Promise<Seen> {
  const [address = ""] = lab.addresses();
  const [holders, nodes] = await Promise.all([lab.holders(address), nodeViews(lab)]);
  // What was asked a moment ago may still be answered.
  const until = Date.now() - answerTimeoutMs;
  const samples = client.samples();
  return {
    address,
    holders,
    nodes,
    recent: samples.slice(-200).filter(({ at }) => at > until - windowMs && at <= until),
    failed: samples.filter((one) => !isAnswered(one)).length,
    sent: samples.length,
  };
}

/** The view as lines of text. */
export function render({ address, holders, nodes, recent, failed, sent }: Seen): readonly string[] {
  const answered = recent.filter(isAnswered);
  const counts: Record<string, number> = {};
  for (const { backend = "unknown" } of answered) counts[backend] = (counts[backend] ?? 0) + 1;
  const backends = Object.entries(counts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}/s`);
  return [
    `${address} is held by ${holders.join(" and ") || "nobody"}`,
    ...nodes.map((node) => `  ${node.name.padEnd(10)} ${nodeLine(node, address)}`),
    `requests: ${backends.join("  ") || "none answered"}   failed now ${recent.length - answered.length}/s, in all ${failed} of ${sent}`,
  ];
}

function nodeLine({ isOn, status }: NodeView, ip: string): string {
  if (!isOn) return "off";
  if (status === undefined) return "its agent does not answer";
  const own = status.addresses.find((one) => one.ip === ip);
  const health = status.healthy ? "healthy" : "sick";
  return `${(own?.role ?? "?").padEnd(8)} ${health.padEnd(8)} ${own?.why ?? ""}`;
}
