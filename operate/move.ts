/**
 * Planned moves: a node is told to give its addresses away, or to keep out of the election, while
 * a client asks through the address. Nothing is touched unless somebody can take over.
 */
import { type Election, isShared, type Stack } from "../stack/stack.ts";
import type { Cloud, CloudAddress, CloudHost, Seen } from "./cloud.ts";
import { OperateFailure } from "./failure.ts";
import type { Remote } from "./remote.ts";
import { type HostSeen, isWell, type Snapshot } from "./snapshot.ts";
import { isCalm, type Outage, startTraffic, type Traffic, urlOf } from "./traffic.ts";
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

/** The agent's word to do so. */
export type Order = "handover" | "maintenance on" | "maintenance off";

const servedForMs = 1500;
const movedWithinMs = 60_000;

/** The other nodes that could take over now, as their agents say. */
export const takers = ({ hosts }: Snapshot, node: string): readonly HostSeen[] =>
  hosts.filter((host) => host.role === "node" && host.name !== node && isWell(host));

/** @throws OperateFailure where the agent does not take the order */
export async function order(remote: Remote, host: CloudHost, what: Order): Promise<void> {
  const ran = await remote(host, `sudo -n baton-agent ${what}`);
  if (ran.kind === "unreachable")
    throw new OperateFailure(
      `${host.host} is not reached over SSH: ${ran.why}`,
      "nothing was touched; is this desk in `access: ssh-from`, and its key in `ssh-keys`?",
    );
  if (ran.code !== 0)
    throw new OperateFailure(
      `the agent of ${host.host} refuses: ${ran.stderr.trim() || `exit code ${ran.code}`}`,
      `there: sudo baton-agent ${what}`,
    );
}

/**
 * A client that is answered already.
 * @returns undefined where there is nothing to ask by HTTP, or it is not wished
 * @throws OperateFailure where nobody answers before anything is touched
 */
export async function beginTraffic(
  stack: Stack,
  address: CloudAddress,
  wished: string | false | undefined,
): Promise<Traffic | undefined> {
  const url = wished === false ? undefined : (wished ?? urlOf(stack.services, address));
  if (url === undefined) return undefined;
  const traffic = await startTraffic(url);
  const served = await until(() => isCalm(traffic.samples(), 500) || undefined, 5000, 100);
  if (served) return traffic;
  await traffic.stop();
  throw new OperateFailure(
    `${url} does not answer from here`,
    "nothing was touched; `baton status` tells more, and --no-measure goes on without a client",
  );
}

/** Waits until everything is answered again; gives what the client saw in all. */
export async function endTraffic(traffic: Traffic | undefined): Promise<Outage | undefined> {
  if (traffic === undefined) return undefined;
  await until(() => isCalm(traffic.samples(), servedForMs) || undefined, 20_000, 100);
  await traffic.stop();
  return traffic.outage();
}

export type MoveRequest = {
  readonly stack: Stack;
  readonly seen: Seen;
  readonly host: CloudHost;
  readonly address: CloudAddress;
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

/** Gives the order and waits until the cloud shows its end. @throws OperateFailure */
export async function move(
  { cloud, remote }: Ports,
  { stack, seen, host, address, what, url }: MoveRequest,
  step: Step,
): Promise<Move> {
  // Who takes the address back waits before it does.
  const waitMs = what === "maintenance off" ? stack.election.preemptDelayMs : 0;
  const limitMs = movedWithinMs + waitMs;
  const traffic = await beginTraffic(stack, address, url);
  try {
    const begun = performance.now();
    const to = await step(`${address.ip} moves`, async () => {
      await order(remote, host, what);
      return until(async () => {
        const holders = await cloud.holders(seen, address);
        const isDone = isMoved(stack.election, host.host, { what, holders });
        return isDone ? holders.join(" and ") : undefined;
      }, limitMs);
    });
    const tookMs = Math.round(performance.now() - begun);
    if (to === undefined)
      throw new OperateFailure(
        `${address.ip} has not moved in ${limitMs / 1000} s`,
        what === "maintenance on"
          ? `\`baton status\` tells why; \`baton maintenance STACK ${host.host} off\` undoes it`
          : "`baton status` tells who holds and why",
      );
    const outage = await endTraffic(traffic);
    const from = address.holders.join(" and ");
    return { address: address.ip ?? address.name, from, to, tookMs, outage };
  } finally {
    await traffic?.stop();
  }
}
