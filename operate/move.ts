/**
 * Planned moves: a node is told to give its addresses away, or to keep out of the election, while
 * a client asks through each of them. Nothing is touched unless somebody can take over.
 */

import { WorldFailure } from "../stack/failure.ts";
import { type Election, isShared, type Stack } from "../stack/stack.ts";
import { beginClients, endClients, stopClients } from "./clients.ts";
import type { Cloud, CloudAddress, CloudHost, Seen } from "./cloud.ts";
import type { Remote } from "./remote.ts";
import { type HostSeen, isWell, type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { Outage } from "./traffic.ts";
import { until } from "./wait.ts";

export type Ports = { readonly cloud: Cloud; readonly remote: Remote };

export type Step = <Result>(title: string, work: () => Promise<Result>) => Promise<Result>;

export type Move = {
  readonly address: string;
  readonly from: string;
  readonly to: string;
  /** From the order to the cloud's word that it is carried out. */
  readonly tookMs: number;
  /** Undefined where nothing was measured. */
  readonly outage: Outage | undefined;
};

type Maintenance = "maintenance on" | "maintenance off";

/** The agent's word to do so. */
export type Order = "handover" | Maintenance;

const movedWithinMs = 60_000;

/** The other nodes that could take over now, as their agents say. */
export const takers = ({ hosts }: Snapshot, node: string): readonly HostSeen[] =>
  hosts.filter(
    (host) => host.role === "node" && host.name !== node && isWell(host) && reachesCloud(host),
  );

/** Nobody can tell before its first call. */
const reachesCloud = ({ agent }: HostSeen): boolean =>
  agent?.kind === "answers" && agent.status.api.reachable !== false;

/** @throws WorldFailure where the agent does not take the order */
export async function order(remote: Remote, host: CloudHost, what: Order): Promise<void> {
  const ran = await remote(host, `sudo -n baton-agent ${what}`);
  if (ran.kind === "unreachable")
    throw new WorldFailure(
      `${host.host} was not asked: ${ran.why}`,
      ran.fix ?? "is this desk in `access: ssh-from`, and its key in `ssh-keys`?",
    );
  if (ran.code !== 0)
    throw new WorldFailure(
      `the agent of ${host.host} refuses: ${ran.stderr.trim() || `exit code ${ran.code}`}`,
      `there: sudo baton-agent ${what}`,
    );
}

const obeyedWithinMs = 10_000;

/**
 * Puts a node in maintenance with which no address moves, or lets it back in.
 * @throws WorldFailure where its agent does not say in time that it is so
 */
export async function obeyed(
  ports: Ports,
  { stack, host, what }: Pick<MoveRequest, "stack" | "host"> & { readonly what: Maintenance },
  limitMs = obeyedWithinMs,
): Promise<void> {
  await order(ports.remote, host, what);
  const isSo = await until(async () => {
    const { hosts } = await takeSnapshot(stack, ports);
    const agent = hosts.find(({ name }) => name === host.host)?.agent;
    const wanted = what === "maintenance on";
    return (agent?.kind === "answers" && agent.status.maintenance === wanted) || undefined;
  }, limitMs);
  if (isSo) return;
  throw new WorldFailure(
    `${host.host} was told, and its agent does not say in ${limitMs / 1000} s that it is so`,
    "`npx baton status` tells how it is",
  );
}

export type MoveRequest = {
  readonly stack: Stack;
  readonly seen: Seen;
  readonly host: CloudHost;
  /** All that the order moves. */
  readonly addresses: readonly CloudAddress[];
  readonly what: Order;
  /** URL that the client asks; false measures nothing. */
  readonly url: string | false | undefined;
};

/** Whether these are the holders that end a move; where all that are best hold, others stay. */
export function isMoved(
  election: Election,
  node: string,
  { what, holders }: { readonly what: Order; readonly holders: readonly string[] },
): boolean {
  const isRight = holders.includes(node) === (what === "maintenance off");
  return isRight && holders.length > 0 && (isShared(election) || holders.length === 1);
}

/**
 * Gives the order and waits until the cloud shows that each address has moved.
 * @returns the moves in the order in which they ended
 * @throws WorldFailure
 */
export async function move(
  ports: Ports,
  { stack, seen, host, addresses, what, url }: MoveRequest,
  step: Step,
): Promise<readonly Move[]> {
  // Who takes the address back waits before it does.
  const waitMs = what === "maintenance off" ? stack.election.preemptDelayMs : 0;
  const limitMs = movedWithinMs + waitMs;
  const clients = await beginClients(stack, addresses, url);
  try {
    const begun = performance.now();
    const ended = new Map<string, Omit<Move, "outage">>();
    await step(movesOf(addresses), async () => {
      await order(ports.remote, host, what);
      await until(async () => {
        const now = await ports.cloud.holders({ ...seen, addresses });
        for (const { name, ip = name, holders: before } of addresses) {
          const holders = now.get(name) ?? [];
          if (!ended.has(name) && isMoved(stack.election, host.host, { what, holders }))
            ended.set(name, {
              address: ip,
              from: before.join(" and "),
              to: holders.join(" and "),
              tookMs: Math.round(performance.now() - begun),
            });
        }
        return ended.size === addresses.length || undefined;
      }, limitMs);
    });
    const late = addresses.filter(({ name }) => !ended.has(name));
    if (late.length > 0)
      throw new WorldFailure(
        `not moved in ${limitMs / 1000} s: ${listed(late)}`,
        what === "maintenance on"
          ? `\`npx baton status\` tells why; \`npx baton maintenance STACK ${host.host} off\` undoes it`
          : "`npx baton status` tells who holds and why",
      );
    const outages = await endClients(clients);
    return [...ended].map(([name, end]) => ({ ...end, outage: outages.get(name) }));
  } finally {
    await stopClients(clients);
  }
}

export const movesOf = (addresses: readonly CloudAddress[]): string =>
  `${listed(addresses)} ${addresses.length > 1 ? "move" : "moves"}`;

/** Addresses as people name them. */
export const listed = (addresses: readonly CloudAddress[]): string =>
  addresses.map(({ name, ip }) => ip ?? name).join(" and ");
