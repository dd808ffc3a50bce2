/**
 * The failover rehearsal: the holder's instance is stopped through the cloud's API and started
 * again, while a client asks through the address.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sample } from "../../lab/client/measure.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Cloud, CloudAddress, CloudHost, Seen } from "../cloud.ts";
import { OperateFailure } from "../failure.ts";
import { beginTraffic, type Ports, type Step, takers } from "../move.ts";
import { isLinked, type Snapshot, takeSnapshot } from "../snapshot.ts";
import { isCalm, type Outage, type Traffic } from "../traffic.ts";
import { until } from "../wait.ts";

export type Scene = {
  readonly stack: Stack;
  readonly seen: Seen;
  readonly address: CloudAddress;
  readonly holder: CloudHost;
};

/** What happened, with its moment in Unix milliseconds. */
export type Happening = { readonly at: number; readonly what: string };

export type Drill = {
  readonly stack: string;
  readonly address: string;
  readonly holder: string;
  readonly taker: string;
  /** Whether the holder was back and well at the end. */
  readonly back: boolean;
  readonly happenings: readonly Happening[];
  readonly outage: Outage;
  readonly budgetMs: number;
};

/** Time that the cloud itself may take for a claim; what else there is, is the agents' limit. */
const cloudMs = 5000;
/** Timers are late on busy hosts: the share that the project's own aim allows. */
const late = 1.05;

/** How long nobody may answer in a failover of this stack, in milliseconds. */
export function budgetOf({ election }: Stack): number {
  const ratio = election.method === "heartbeat" ? election.deadRatio : 3;
  return Math.round(ratio * election.intervalMs * late) + cloudMs;
}

/** @throws OperateFailure where a drill would be an outage, or could show nothing */
export function sceneOf(stack: Stack, snapshot: Snapshot): Scene {
  const refuse = (problem: string, fix: string): never => {
    throw new OperateFailure(problem, `nothing was touched; ${fix}`);
  };
  if (stack.nodes.length < 2)
    refuse("a drill takes two load balancers, and this stack has one", "write `nodes: 2`");
  const instances = snapshot.hosts.flatMap(({ instance }) => instance ?? []);
  const off = instances.find(({ host, running }) => {
    return !running && stack.nodes.some(({ name }) => name === host);
  });
  if (off !== undefined)
    refuse(
      `${off.host} is ${off.state} already; a drill that was cut off leaves it so`,
      `\`exo compute instance start ${off.name}\`, and again when \`baton status\` is content`,
    );
  const [address] = snapshot.addresses;
  const [name = "", ...more] = address?.holders ?? [];
  const holder = instances.find(({ host }) => host === name);
  if (address === undefined || holder === undefined || more.length > 0)
    return refuse(
      `${address?.ip ?? "the address"} is not held by one load balancer of this stack`,
      "`baton status` tells why",
    );
  if (takers(snapshot, name).length === 0)
    refuse(
      `nobody is seen to be well who could take over from ${name}`,
      "`baton status` tells why",
    );
  return { stack, seen: { hosts: instances, addresses: snapshot.addresses }, address, holder };
}

export type DrillRequest = {
  readonly scene: Scene;
  readonly url: string | undefined;
  readonly budgetMs: number;
  /** Aborted when a person has had enough: the instance is started again all the same. */
  readonly signal: AbortSignal;
};

const movedWithinMs = 120_000;
const backWithinMs = 300_000;
const calmMs = 1500;

/** @throws OperateFailure for a step without an end; the instance is then on, or it says not */
export async function runDrill(
  ports: Ports,
  request: DrillRequest,
  step: Step,
): Promise<Drill & { readonly samples: readonly Sample[] }> {
  const { scene, url, budgetMs, signal } = request;
  const { stack, address, holder } = scene;
  const traffic = await beginTraffic(stack, address, url);
  if (traffic === undefined)
    throw new OperateFailure(
      "there is no http service to ask through the address",
      "nothing was touched; --url URL names one",
    );
  const happenings: Happening[] = [];
  const happened = (what: string): void => void happenings.push({ at: Date.now(), what });
  try {
    const taker = await leave(ports, scene, { step, happened, traffic, signal });
    const back = await comeBack(ports, scene, { step, happened, traffic, signal });
    await traffic.stop();
    const samples = traffic.samples();
    const outage = traffic.outage();
    return {
      stack: stack.name,
      address: address.ip ?? address.name,
      holder: holder.host,
      taker,
      back,
      happenings: merged(happenings, outage),
      outage,
      budgetMs,
      samples,
    };
  } finally {
    await traffic.stop();
  }
}

type Act = {
  readonly step: Step;
  readonly happened: (what: string) => void;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
};

/** Stops the holder; gives who has taken over. */
async function leave(
  { cloud }: Ports,
  { seen, address, holder }: Scene,
  { step, happened, traffic, signal }: Act,
): Promise<string> {
  happened(`${holder.host} is stopped through the API`);
  let refused: unknown;
  const stopped = cloud.stop(holder).then(
    () => happened(`${holder.host} is off`),
    (error) => {
      refused = error;
    },
  );
  try {
    const taker = await step(`${holder.host} is stopped, and ${address.ip} moves`, () =>
      until(async () => {
        signal.throwIfAborted();
        // It still holds, then; why is told below.
        if (refused !== undefined) return holder.host;
        const [first, ...more] = await cloud.holders(seen, address);
        return more.length === 0 && first !== holder.host ? first : undefined;
      }, movedWithinMs),
    );
    if (refused !== undefined) throw refused;
    if (taker === undefined)
      throw new OperateFailure(
        `${address.ip} has not moved in ${movedWithinMs / 1000} s`,
        "`baton status` tells why; the instance is started again",
      );
    happened(`${taker} alone holds, as the cloud shows`);
    await stopped;
    if (refused !== undefined) throw refused;
    await calm(traffic);
    return taker;
  } catch (error) {
    // What was asked of the cloud comes to its end, and is undone.
    await stopped;
    // One that failed may have been carried out all the same.
    if (refused === undefined || !(await isOn(cloud, holder))) await startAgain(cloud, holder);
    throw error;
  }
}

const startTries = 4;

/** Asks more than once: nothing else would end the outage. @throws OperateFailure that says so */
async function startAgain(cloud: Cloud, holder: CloudHost): Promise<void> {
  for (let tried = 1; ; tried += 1)
    try {
      return await cloud.start(holder);
    } catch (error) {
      if (!(error instanceof OperateFailure)) throw error;
      if (await isOn(cloud, holder)) return;
      if (tried === startTries)
        throw new OperateFailure(
          `${holder.host} may be off, as it is not started again: ${error.problem}`,
          `\`exo compute instance start ${holder.name}\`; ${error.fix}`,
        );
      await pause(1000);
    }
}

/** Whether the cloud says so; one that does not answer says nothing. */
async function isOn(cloud: Cloud, { id }: CloudHost): Promise<boolean> {
  const seen = await cloud.look().catch(() => undefined);
  return seen?.hosts.some((host) => host.id === id && host.running) === true;
}

/** Starts the holder again and waits until it is well; gives whether it is. */
async function comeBack(
  ports: Ports,
  { stack, seen, address, holder }: Scene,
  { step, happened, traffic, signal }: Act,
): Promise<boolean> {
  const isBack = await step(`${holder.host} is started again, and is well`, async () => {
    happened(`${holder.host} is started through the API`);
    await startAgain(ports.cloud, holder);
    happened(`${holder.host} is on`);
    return until(async () => {
      // The instance is on: whoever has had enough may go.
      if (signal.aborted) return false;
      const snapshot = await takeSnapshot(stack, ports);
      return stack.nodes.every(({ name }) => isLinked(snapshot, name)) || undefined;
    }, backWithinMs);
  });
  if (isBack) happened(`${holder.host} is well and heard by all`);
  const { preempt, preemptDelayMs } = stack.election;
  const ranks = stack.addresses.find(({ name }) => name === address.name)?.ranks ?? {};
  // The preferred one takes the address back, which is to cost nothing either.
  if (isBack && preempt && ranks[holder.host] === 0) {
    const again = await step(`${holder.host} takes ${address.ip} back`, () =>
      until(async () => {
        const holders = await ports.cloud.holders(seen, address);
        return signal.aborted || holders.join() === holder.host || undefined;
      }, 60_000 + preemptDelayMs),
    );
    if (again) happened(`${holder.host} alone holds again`);
  }
  await calm(traffic);
  return isBack === true;
}

/** A failure that comes late is seen, too. */
async function calm(traffic: Traffic): Promise<void> {
  await pause(calmMs);
  await until(() => isCalm(traffic.samples(), calmMs) || undefined, 30_000, 100);
}

/** What was done and what the client saw of it, in one row. */
function merged(happenings: readonly Happening[], { from, longestMs }: Outage): Happening[] {
  const seen: Happening[] =
    from === undefined
      ? []
      : [
          { at: from, what: "the first request that failed" },
          { at: from + longestMs, what: "answers again" },
        ];
  return [...happenings, ...seen].sort((one, other) => one.at - other.at);
}

/** Whether the drill has shown what it is for. */
export const passed = ({ outage, budgetMs, back }: Drill): boolean =>
  back && outage.longestMs <= budgetMs;
