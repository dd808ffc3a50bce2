/** The running lab on a terminal: who holds, what the agents say, what the clients see. */
import { answerTimeoutMs, type Traffic } from "../client/client.ts";
import { isAnswered, type Sample } from "../client/measure.ts";
import type { Lab } from "../lab.ts";
import { type NodeView, nodeViews } from "./observe.ts";

export type Seen = {
  readonly addresses: readonly SeenAddress[];
  readonly nodes: readonly NodeView[];
};

export type SeenAddress = {
  readonly address: string;
  readonly holders: readonly string[];
  /** Of the last second. */
  readonly recent: readonly Sample[];
  readonly failed: number;
  readonly sent: number;
};

const windowMs = 1000;

export async function look(lab: Lab, traffic: readonly Traffic[]): Promise<Seen> {
  const [nodes, ...addresses] = await Promise.all([
    nodeViews(lab),
    ...traffic.map((one) => lookAt(lab, one)),
  ]);
  return { nodes, addresses };
}

async function lookAt(lab: Lab, { address, client }: Traffic): Promise<SeenAddress> {
  const holders = await lab.holders(address);
  // What was asked a moment ago may still be answered.
  const until = Date.now() - answerTimeoutMs;
  const last = client.samples().slice(-200);
  const recent = last.filter(({ at }) => at > until - windowMs && at <= until);
  const { failed, sent } = client.summary();
  return { address, holders, recent, failed, sent };
}

/** The view as lines of text. */
export const render = ({ addresses, nodes }: Seen): readonly string[] =>
  addresses.flatMap((one) => renderAddress(one, nodes));

function renderAddress(
  { address, holders, recent, failed, sent }: SeenAddress,
  nodes: readonly NodeView[],
): readonly string[] {
  const answered = recent.filter(isAnswered);
  const counts: Record<string, number> = {};
  for (const { backend = "unknown" } of answered) counts[backend] = (counts[backend] ?? 0) + 1;
  const backends = Object.entries(counts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}/s`);
  return [
    `${address} is held by ${[holders.join(" and ") || "nobody", ...deafness(nodes, address)].join("; ")}`,
    ...nodes.map((node) => `  ${node.name.padEnd(10)} ${nodeLine(node, address)}`),
    `requests: ${backends.join("  ") || "none answered"}   failed now ${recent.length - answered.length}/s, in all ${failed} of ${sent}`,
  ];
}

/** Who does not hear whom, of those who answer: each may be right by what it knows. */
function deafness(nodes: readonly NodeView[], ip: string): readonly string[] {
  const hears = ({ status }: NodeView, other: NodeView): boolean =>
    status?.peers.some(({ name, heard }) => heard && isOf(name, status.stack, other.name)) === true;
  const present = nodes.filter(({ status }) => status !== undefined);
  const isMaster = ({ status }: NodeView): boolean =>
    status?.addresses.some((one) => one.ip === ip && one.role === "master") === true;
  return present.flatMap((one, index) =>
    present.slice(index + 1).flatMap((other) => {
      const deaf = [
        ...(hears(one, other) ? [] : [`${one.name} does not hear ${other.name}`]),
        ...(hears(other, one) ? [] : [`${other.name} does not hear ${one.name}`]),
      ];
      if (deaf.length < 2) return deaf;
      const both = isMaster(one) && isMaster(other) ? ", and both say that they hold it" : "";
      return [`split: ${one.name} and ${other.name} do not hear each other${both}`];
    }),
  );
}

/** Agents call each other as the cloud does; where that is not known yet, by nothing. */
const isOf = (instance: string, stack: string, host: string): boolean =>
  instance === host || instance === `${stack}-${host}`;

function nodeLine({ isOn, status }: NodeView, ip: string): string {
  if (!isOn) return "off";
  if (status === undefined) return "its agent does not answer";
  const own = status.addresses.find((one) => one.ip === ip);
  const health = status.healthy ? "healthy" : "sick";
  return `${(own?.role ?? "?").padEnd(8)} ${health.padEnd(8)} ${own?.why ?? ""}`;
}
