/**
 * A whole cloud on one machine: the emulated API, the machines and wires that follow from it, the
 * metadata service, and as much of the internet as hosts need.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Emulator, startExoscale } from "../emulators/exoscale.ts";
import { catalogue } from "../emulators/exoscale-catalogue.ts";
import { gateway } from "../fabric/addresses.ts";
import { createFabric, type Fabric } from "../fabric/fabric.ts";
import type { Service } from "../fabric/service.ts";
import type { Change } from "../model/exoscale/change.ts";
import type { CloudEvent, Settings } from "../model/exoscale/cloud.ts";
import { makeAuthority } from "./authority.ts";
import { type Desk, deskOf, makeDeskKey } from "./desk.ts";
import { type Machines, machinesOf } from "./machines.ts";
import { listOf, writeList } from "./metadata-list.ts";
import { agentUrl, reserved } from "./naming.ts";
import { startProxy } from "./proxy.ts";
import { serveWeb } from "./web.ts";

/** A key that may do all, for the provider and for the lab's own commands. */
export type Owner = { readonly key: string; readonly secret: string };

export type WorldOptions = {
  /** Of the lab: two at once need two. */
  readonly name: string;
  readonly stack: Stack;
  /** The agent's program, for hosts that fetch it. */
  readonly agent: string;
  readonly owner: Owner;
  readonly settings?: Partial<Settings>;
  readonly report?: (text: string) => void;
  /** What went wrong inside the lab, which no agent is to blame for. */
  readonly onTrouble: (error: unknown) => void;
  readonly onEvent?: (event: CloudEvent) => void;
};

export type LabWorld = {
  readonly fabric: Fabric;
  readonly cloud: Emulator;
  readonly settled: Machines["settled"];
  readonly routed: Machines["routed"];
  readonly desk: Desk;
  /** Where programs of this machine reach the API by its names; who signs it, as a file. */
  readonly proxy: { readonly url: string; readonly authority: string };
  /** Removes all of it. */
  readonly down: () => Promise<void>;
};

/** @throws WorldFailure when the machine or the stack does not let it */
export async function startWorld(options: WorldOptions): Promise<LabWorld> {
  const { name, stack } = options;
  const names = serverNames(stack);
  const authority = await makeAuthority([...names.api, ...names.web, gateway]);
  const folder = `/run/${name}`;
  const at = (file: string): string => join(folder, "cloud", file);
  const sockets = { api: at("api.sock"), web: at("web.sock") };
  const fabric = createFabric({
    name,
    folder,
    api: { socket: sockets.api, names: names.api },
    web: { socket: sockets.web, names: names.web },
    authority: authority.certificate,
    ...(options.report && { report: options.report }),
    onTrouble: options.onTrouble,
    onPower: (instance, on) => cloud?.input({ kind: "person", change: powered(instance, on) }),
  });
  let cloud: Emulator | undefined;
  const servers: { close: () => Promise<void> }[] = [];
  const down = async (): Promise<void> => {
    for (const server of servers.splice(0)) await server.close();
    await fabric.down();
  };
  await fabric.up();
  try {
    mkdirSync(at(""), { recursive: true, mode: 0o700 });
    const deskKey = await makeDeskKey(at("desk"));
    const list = at("metadata.json");
    writeList(list, {});
    await startMetadata(fabric, list);
    writeFileSync(at("authority.pem"), authority.certificate);
    servers.push(await serveWeb(sockets.web, authority.server, filesOf(stack, options.agent)));
    const proxy = await startProxy(names.api, sockets.api);
    servers.push(proxy);
    const machines = machinesOf({
      fabric,
      stack,
      world: () => cloud?.world() ?? fail("the cloud has not begun"),
      publish: (world) => writeList(list, listOf(world, deskKey.public)),
      onTrouble: options.onTrouble,
    });
    cloud = await startExoscale({
      world: { zone: zoneOf(stack), ...catalogue, elasticIps: reserved(stack) },
      keys: { [options.owner.key]: { secret: options.owner.secret, node: "owner", allows: "all" } },
      settings: { operationMs: [600, 1400], answerMs: [5, 30], ...options.settings },
      random: Math.random,
      entrances: [{ at: { path: sockets.api }, tls: authority.server }],
      stateFile: at("state.json"),
      onEvent: (event) => {
        machines.take(event);
        options.onEvent?.(event);
      },
    });
    servers.push(cloud);
    const { settled, routed } = machines;
    const trusted = at("authority.pem");
    const desk = deskOf(fabric, deskKey, options.owner, trusted);
    const told = { ...proxy, authority: trusted };
    return { fabric, cloud, settled, routed, desk, down, proxy: told };
  } catch (error) {
    await down();
    throw error;
  }
}

const fail = (text: string): never => {
  throw new Error(text);
};

/** A host that went off by itself: to the cloud, as if somebody had done it there. */
const powered = (instance: string, on: boolean): Change => ({
  kind: "state",
  instance,
  state: on ? "running" : "stopped",
});

function zoneOf({ cloud }: Stack): string {
  if (cloud.provider === "exoscale") return cloud.zone;
  throw new WorldFailure(
    `the lab has no ${cloud.provider} yet`,
    "choose a stack file with `provider: exoscale`",
  );
}

/** Names of the servers that hosts ask: the zone's API, and where the stack fetches the agent. */
function serverNames(stack: Stack) {
  const url = agentUrl(stack);
  return {
    api: [`api-${zoneOf(stack)}.exoscale.com`],
    web: url === undefined ? [] : [url.hostname],
  };
}

function filesOf(stack: Stack, agent: string): ReadonlyMap<string, string> {
  const url = agentUrl(stack);
  return new Map(url === undefined ? [] : [[`${url.host}${url.pathname}${url.search}`, agent]]);
}

async function startMetadata(fabric: Fabric, list: string): Promise<Service> {
  const program = fileURLToPath(new URL("metadata.ts", import.meta.url));
  const { promise, resolve } = Promise.withResolvers<"ready">();
  const argv = [process.execPath, program, list];
  const onOutput = (): void => resolve("ready");
  const service = await fabric.runIn(fabric.router().netns, argv, { onOutput });
  if ((await Promise.race([promise, service.ended])) === "ready") return service;
  throw new WorldFailure("the lab's metadata service has ended at once", "is its program whole?");
}
