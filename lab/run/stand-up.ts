/** From a stack file to traffic: cloud, `pulumi up`, hosts booted, an address that is held. */
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../../stack/stack.ts";
import { type Measurement, startMeasuring } from "../client/client.ts";
import { isAnswered } from "../client/measure.ts";
import { LabFailure } from "../failure.ts";
import { type Lab, type LabOptions, startLab } from "../lab.ts";
import type { Progress } from "../view/progress.ts";

/** Cloud and hosts, with nothing in them; the caller takes it down, whatever comes later. */
export const begin = (options: LabOptions, progress: Progress): Promise<Lab> =>
  progress.step("the emulated cloud", () => startLab(options));

/** Stands the stack up in a lab and waits until its address is held by one that should. */
export async function standUp(
  lab: Lab,
  progress: Progress,
  { signal, hurry }: { readonly signal?: AbortSignal; readonly hurry?: AbortSignal } = {},
): Promise<void> {
  const standIn = lab.deployment.isStandIn ? " (stand-in for Exoscale's provider)" : "";
  await progress.step(`pulumi up${standIn}`, async () => {
    await lab.deployment.up(signal, hurry);
    await lab.settled();
  });
  const instances = Object.values(lab.cloud.world().instances);
  await progress.step(`${instances.length} hosts boot from their user-data`, async (detail) => {
    await Promise.all(
      instances.map(async ({ id }) => {
        const { errors, seconds } = await lab.fabric.untilBooted(id);
        if (errors.length > 0)
          throw new LabFailure(
            `${lab.hostOf(id)}: cloud-init reports ${errors.join("; ")}`,
            "its journal tells more",
          );
        detail(`${lab.hostOf(id)} after ${seconds.toFixed(1)} s`);
      }),
    );
  });
  for (const address of lab.addresses())
    await progress.step(`${address} is held`, () => untilHeld(lab, address));
}

async function untilHeld(lab: Lab, address: string): Promise<void> {
  for (let tried = 0; tried < 300; tried += 1) {
    if ((await lab.holders(address)).length === 1) return;
    await pause(100);
  }
  const holders = await lab.holders(address);
  throw new LabFailure(
    `after 30 s ${address} is held by ${holders.join(" and ") || "nobody"}`,
    "the agents' journals tell why",
  );
}

/**
 * The port that the client asks, by HTTP.
 * @throws LabFailure for a stack that answers nobody
 */
export function askedPort({ name, services }: Stack): number {
  const asked = services.find(({ protocol }) => protocol === "http") ?? services[0];
  if (asked !== undefined) return asked.port;
  throw new LabFailure(
    `${name} has no service, and the lab's client measures a failover by asking one`,
    "give it `services: { web: { port: 80 } }` and a proxy for the lab; nothing was made",
  );
}

/** A client that asks through the address; every app server has answered when this returns. */
export async function startTraffic(lab: Lab, progress: Progress): Promise<Measurement> {
  const [address = ""] = lab.addresses();
  const port = askedPort(lab.stack);
  const client = await startMeasuring(lab.fabric, { url: `http://${address}:${port}/` });
  const wanted = lab.stack.appServers.length;
  await progress.step(`every app server answers through ${address}`, async () => {
    for (let tried = 0; tried < 200; tried += 1) {
      await pause(100);
      const recent = client.samples().slice(-60);
      const backends = new Set(recent.flatMap(({ backend = [] }) => backend));
      if (recent.length === 60 && recent.every(isAnswered) && backends.size >= wanted) return;
    }
    throw new LabFailure(
      `not all app servers answer; what came of the last requests: ${outcomes(client)}`,
      "the hosts' journals tell why",
    );
  });
  return client;
}

/** How often each end came about, for people: `app1 20, 503 4, timeout 36`. */
function outcomes(client: Measurement): string {
  const counts = new Map<string, number>();
  for (const { backend, status, error } of client.samples().slice(-200)) {
    const end = backend ?? error ?? String(status);
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return [...counts].map(([end, count]) => `${end} ${count}`).join(", ");
}
