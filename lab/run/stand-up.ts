/** From a stack file to traffic: cloud, `pulumi up`, hosts booted, an address that is held. */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Measurement, startMeasuring, type Traffic } from "../client/client.ts";
import { isAnswered, type Sample } from "../client/measure.ts";
import type { FirstBoot } from "../fabric/first-boot.ts";
import { type Lab, type LabOptions, startLab } from "../lab.ts";
import { isHeldBy, shouldHold } from "../ordeal/holders.ts";
import { nodesUp } from "../ordeal/ordeal.ts";
import type { Progress } from "../view/progress.ts";
import { unless } from "./unless.ts";

/** Cloud and hosts, with nothing in them; the caller takes it down, whatever comes later. */
export const begin = (options: LabOptions, progress: Progress): Promise<Lab> =>
  progress.step("the emulated cloud", () => startLab(options));

export type StandUpOptions = {
  /** Ends it, with the reason of the signal; the engine ends in order. */
  readonly signal?: AbortSignal;
  readonly hurry?: AbortSignal;
};

/** Stands the stack up in a lab and waits until each address is held by whom it should be. */
export async function standUp(
  lab: Lab,
  progress: Progress,
  { signal, hurry }: StandUpOptions = {},
): Promise<void> {
  const standIn = lab.deployment.isStandIn ? " (stand-in for Exoscale's provider)" : "";
  await progress.step(`pulumi up${standIn}`, async () => {
    await lab.deployment.up(signal, hurry);
    await unless(signal, lab.settled());
  });
  const instances = Object.values(lab.cloud.world().instances);
  await progress.step(`${instances.length} hosts boot from their user-data`, async (detail) => {
    const booted = instances.map(async ({ id }) => {
      const { errors, seconds } = await untilBooted(lab, id);
      if (errors.length > 0)
        throw badBoot(lab.hostOf(id), errors, await lab.fabric.journal(id).catch(() => ""));
      detail(`${lab.hostOf(id)} after ${seconds.toFixed(1)} s`);
    });
    await unless(signal, Promise.all(booted));
  });
  for (const address of lab.addresses())
    await progress.step(`${address} is held`, () => untilHeld(lab, address, signal));
}

/** The lab goes down with it, so that what the host has written down is told here. */
function badBoot(host: string, errors: readonly string[], journal: string): WorldFailure {
  const said = journal
    .split("\n")
    .flatMap((line) => /cloud-init\[\d+\]: (.*)/.exec(line)?.[1] ?? []);
  const telling = said.filter((line) => /^E: |\b(error|unable|fail(ed|ure)?)\b/i.test(line));
  const last = [...new Set(telling)].slice(-linesTold).map((line) => `\n  ${line.slice(0, 300)}`);
  return new WorldFailure(
    `${host}: cloud-init reports ${errors.join("; ")}${last.join("")}`,
    [...errors, ...telling].some((line) => notInstalled.test(line))
      ? "hosts of the lab have what docs/lab.md names, and reach no package mirror: leave the others out here"
      : "mend what these lines tell in the stack file, and start the lab again",
  );
}

const linesTold = 6;

/** As cloud-init says it, and as apt does. */
const notInstalled = /Failed to install the following packages|^E: Unable to locate package/;

/** Waits until a host has booted; what went wrong is told of it by its name. */
export async function untilBooted(lab: Lab, id: string): Promise<FirstBoot> {
  try {
    return await lab.fabric.untilBooted(id);
  } catch (error) {
    if (!(error instanceof WorldFailure)) throw error;
    throw new WorldFailure(error.problem.replaceAll(id, lab.hostOf(id)), error.fix);
  }
}

/** Waits until an address is held by whom it should be. @throws WorldFailure after 30 s */
export async function untilHeld(lab: Lab, address: string, signal?: AbortSignal): Promise<void> {
  for (let tried = 0; ; tried += 1) {
    const holders = await lab.holders(address);
    const wanted = shouldHold(lab, address, { up: nodesUp(lab), holders });
    if (isHeldBy(wanted, holders)) return;
    if (tried === 300)
      throw new WorldFailure(
        `after 30 s ${address} is held by ${holders.join(" and ") || "nobody"}, not by ${wanted.join(" and ")}`,
        "the agents' journals tell why",
      );
    await pause(100, undefined, { ...(signal && { signal }) });
  }
}

/**
 * The port that the client asks, by HTTP.
 * @throws WorldFailure for a stack that answers nobody
 */
export function askedPort({ name, services }: Stack): number {
  const asked = services.find(({ protocol }) => protocol === "http") ?? services[0];
  if (asked !== undefined) return asked.port;
  throw new WorldFailure(
    `${name} has no service, and the lab's client measures a failover by asking one`,
    "give it `services: { web: { port: 80 } }` and a proxy for the lab; nothing was made",
  );
}

/**
 * A client for each address, which asks through it; every app server has answered each of them when
 * this returns.
 */
export async function startTraffic(
  lab: Lab,
  progress: Progress,
  signal?: AbortSignal,
  onSample?: (sample: Sample, address: string) => void,
): Promise<readonly Traffic[]> {
  const port = askedPort(lab.stack);
  const traffic = await Promise.all(
    lab.addresses().map(async (address): Promise<Traffic> => {
      const client = await startMeasuring(lab.fabric, {
        url: `http://${address}:${port}/`,
        onSample: (sample) => onSample?.(sample, address),
      });
      return { address, client };
    }),
  );
  for (const { address, client } of traffic)
    await progress.step(`every app server answers through ${address}`, () =>
      untilAllAnswer(lab, client, signal),
    );
  return traffic;
}

async function untilAllAnswer(lab: Lab, client: Measurement, signal?: AbortSignal): Promise<void> {
  const wanted = lab.stack.appServers.length;
  for (let tried = 0; tried < 600; tried += 1) {
    await pause(100, undefined, { ...(signal && { signal }) });
    const recent = client.samples().slice(-60);
    const backends = new Set(recent.flatMap(({ backend = [] }) => backend));
    if (recent.length === 60 && recent.every(isAnswered) && backends.size >= wanted) return;
  }
  throw new WorldFailure(
    `not all app servers answer; what came of the last requests: ${outcomes(client)}`,
    "the hosts' journals tell why",
  );
}

/** How often each end came about, for people: `app1 20, 503 4, ECONNREFUSED 36`. */
function outcomes(client: Measurement): string {
  const counts = new Map<string, number>();
  for (const { backend, status, error } of client.samples().slice(-200)) {
    const end = backend ?? error ?? String(status);
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return [...counts].map(([end, count]) => `${end} ${count}`).join(", ");
}
