/**
 * The failover rehearsal: the holder's instance is stopped through the cloud's API and started
 * again, while a client asks through each address that it holds.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sample } from "../../lab/client/measure.ts";
import { WorldFailure } from "../../stack/failure.ts";
import { beginClients, type Clients, calm, stopClients } from "../clients.ts";
import type { CloudAddress } from "../cloud.ts";
import { listed, movesOf, type Ports, type Step } from "../move.ts";
import { isLinked, takeSnapshot } from "../snapshot.ts";
import type { Outage } from "../traffic.ts";
import { until } from "../wait.ts";
import { isOn, startAgain as startWithin } from "./restart.ts";
import type { Scene } from "./scene.ts";

/** What happened, with its moment in Unix milliseconds. */
export type Happening = { readonly at: number; readonly what: string };

/** The way of one address. */
export type Way = {
  readonly address: string;
  readonly taker: string;
  /** Undefined where nothing could be asked through it. */
  readonly outage: Outage | undefined;
};

export type Drill = {
  readonly stack: string;
  readonly holder: string;
  readonly addresses: readonly Way[];
  /** Whether the holder was back and well at the end. */
  readonly back: boolean;
  readonly happenings: readonly Happening[];
  readonly budgetMs: number;
};

/** Requests by the address that they were sent to. */
export type Requests = Readonly<Record<string, readonly Sample[]>>;

export type DrillRequest = {
  readonly scene: Scene;
  readonly url: string | undefined;
  readonly budgetMs: number;
  /** How long it is tried to start the instance again. */
  readonly startWithinMs: number;
  /** Aborted when a person has had enough: an instance that was stopped is started again. */
  readonly signal: AbortSignal;
};

const movedWithinMs = 120_000;
const backWithinMs = 300_000;
const calmMs = 1500;

/** @throws WorldFailure for a step without an end; the instance is then on, or it says not */
export async function runDrill(
  ports: Ports,
  { scene, url, budgetMs, startWithinMs, signal }: DrillRequest,
  step: Step,
): Promise<{ readonly drill: Drill; readonly requests: Requests }> {
  const { stack, addresses, holder } = scene;
  const clients = await beginClients(stack, addresses, url, "--url URL asks something else");
  if (clients.size === 0)
    throw new WorldFailure(
      "there is no http service to ask through the address",
      "nothing was touched; --url URL names one",
    );
  const happenings: Happening[] = [];
  const happened = (what: string): void => void happenings.push({ at: Date.now(), what });
  try {
    // Nothing is stopped yet, so that there is nothing to undo.
    signal.throwIfAborted();
    const startAgain = () => startWithin(ports.cloud, holder, startWithinMs);
    const act = { step, happened, clients, startAgain, signal };
    const takers = await leave(ports, scene, act);
    const back = await comeBack(ports, scene, act);
    await stopClients(clients);
    const ways = addresses.map((one): Way & { readonly samples: readonly Sample[] } => ({
      address: nameOf(one),
      taker: takers.get(one.name) ?? "",
      outage: clients.get(one.name)?.outage(),
      samples: clients.get(one.name)?.samples() ?? [],
    }));
    return {
      drill: {
        stack: stack.name,
        holder: holder.host,
        addresses: ways.map(({ samples: _, ...way }) => way),
        back,
        happenings: merged(happenings, ways),
        budgetMs,
      },
      requests: Object.fromEntries(ways.map(({ address, samples }) => [address, samples])),
    };
  } finally {
    await stopClients(clients);
  }
}

const nameOf = ({ name, ip }: CloudAddress): string => ip ?? name;

type Act = {
  readonly step: Step;
  readonly happened: (what: string) => void;
  readonly clients: Clients;
  readonly startAgain: () => Promise<void>;
  readonly signal: AbortSignal;
};

/** Stops the holder; gives who has taken over, by the address's name. */
async function leave(
  { cloud }: Ports,
  { seen, addresses, holder }: Scene,
  { step, happened, clients, startAgain, signal }: Act,
): Promise<ReadonlyMap<string, string>> {
  happened(`${holder.host} is stopped through the API`);
  let refused: unknown;
  const stopped = cloud.stop(holder).then(
    () => happened(`${holder.host} is off`),
    (error) => {
      refused = error;
    },
  );
  const takers = new Map<string, string>();
  try {
    await step(`${holder.host} is stopped, and ${movesOf(addresses)}`, () =>
      until(async () => {
        signal.throwIfAborted();
        // It still holds, then; why is told below.
        if (refused !== undefined) return true;
        for (const [name, [first, ...more]] of await cloud.holders({ ...seen, addresses })) {
          if (first === undefined || first === holder.host || more.length > 0) continue;
          if (!takers.has(name)) happened(`${first} alone holds${which(addresses, name)}`);
          takers.set(name, first);
        }
        return takers.size === addresses.length || undefined;
      }, movedWithinMs),
    );
    if (refused !== undefined) throw refused;
    if (takers.size < addresses.length)
      throw new WorldFailure(
        `not moved in ${movedWithinMs / 1000} s: ${listed(addresses.filter(({ name }) => !takers.has(name)))}`,
        "`npx baton status` tells why; the instance is started again",
      );
    await stopped;
    if (refused !== undefined) throw refused;
    await settle(clients);
    return takers;
  } catch (error) {
    // What was asked of the cloud comes to its end, and is undone.
    await stopped;
    // One that failed may have been carried out all the same.
    if (refused === undefined || !(await isOn(cloud, holder)))
      await step(`${holder.host} is started again`, startAgain);
    throw error;
  }
}

/** Which one it is, where there are several. */
const which = (addresses: readonly CloudAddress[], name: string): string => {
  const of = addresses.length > 1 ? addresses.filter((one) => one.name === name) : [];
  return of.length > 0 ? ` ${listed(of)}, as the cloud shows` : ", as the cloud shows";
};

/** Starts the holder again and waits until it is well; gives whether it is. */
async function comeBack(
  ports: Ports,
  { stack, seen, addresses, holder }: Scene,
  { step, happened, clients, startAgain, signal }: Act,
): Promise<boolean> {
  const isBack = await step(`${holder.host} is started again, and is well`, async () => {
    happened(`${holder.host} is started through the API`);
    await startAgain();
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
  // The preferred one takes its addresses back, which is to cost nothing either.
  const own = addresses.filter(({ name }) => {
    const ranks = stack.addresses.find((one) => one.name === name)?.ranks ?? {};
    return preempt && ranks[holder.host] === 0;
  });
  if (isBack && own.length > 0) {
    const again = await step(`${holder.host} takes ${listed(own)} back`, () =>
      until(async () => {
        const now = await ports.cloud.holders({ ...seen, addresses: own });
        const isAll = [...now.values()].every((by) => by.join() === holder.host);
        return signal.aborted || isAll || undefined;
      }, 60_000 + preemptDelayMs),
    );
    if (again) happened(`${holder.host} alone holds again`);
  }
  await settle(clients);
  return isBack === true;
}

/** A failure that comes late is seen, too. */
async function settle(clients: Clients): Promise<void> {
  await pause(calmMs);
  await calm(clients, calmMs, 30_000);
}

/** What was done and what the clients saw of it, in one row. */
function merged(happenings: readonly Happening[], ways: readonly Way[]): Happening[] {
  const seen = ways.flatMap(({ address, outage }): Happening[] => {
    // Connections that were open as the address moved are counted apart.
    if (outage?.from === undefined || outage.failed === 0) return [];
    const through = ways.length > 1 ? ` through ${address}` : "";
    return [
      { at: outage.from, what: `the first request that failed${through}` },
      { at: outage.from + outage.longestMs, what: `answers again${through}` },
    ];
  });
  return [...happenings, ...seen].sort((one, other) => one.at - other.at);
}

/** Whether the drill has shown what it is for. */
export const passed = ({ addresses, budgetMs, back }: Drill): boolean =>
  back && addresses.every(({ outage }) => (outage?.longestMs ?? 0) <= budgetMs);
