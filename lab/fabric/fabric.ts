/**
 * The lab's machines and wires: hosts that really boot, a router that really filters and routes,
 * and the faults that befall them. It knows no cloud; a cloud's model says what should be.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WorldFailure } from "../../stack/failure.ts";
import type { Outcome } from "../command.ts";
import { ensureImage } from "../image/build.ts";
import { cacheFolder } from "../image/where.ts";
import { gateway, tlsPort, webAddress } from "./addresses.ts";
import type { Running } from "./boot.ts";
import { enter, groupFolders, killGroup, makeGroup } from "./cgroup.ts";
import { execOn } from "./exec.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { watchFlows } from "./flows.ts";
import { type Names, startDnsmasq, writeLists } from "./gateway-services.ts";
import { type HostActions, hostActions } from "./hosts.ts";
import type { FabricOptions, Inside, Way } from "./inside.ts";
import { journalOf } from "./journal.ts";
import { leftovers, own, refuseSecond, sweep } from "./leftovers.ts";
import { checkNeeds } from "./needs.ts";
import { type Place, planPlace, usualName } from "./place.ts";
import { makeQueue } from "./queue.ts";
import { inNetns, loadFilter, makeRouter } from "./router.ts";
import { deskGroup, runService, type Service } from "./service.ts";
import { emptyState, type FabricState } from "./state.ts";
import { type Wires, wiresOf } from "./wires.ts";

export type Fabric = HostActions &
  Faults &
  Wires & {
    /**
     * Makes router, client and gateway, after removing what a crashed run left. Does nothing twice.
     * @throws WorldFailure when something is missing, or another process has a lab of this name
     */
    readonly up: () => Promise<void>;
    /** Removes all that the lab has made, hosts too; also what a crashed run left. */
    readonly down: () => Promise<void>;
    /** What is there of a lab of this name, in words; empty after `down`. */
    readonly leftovers: () => readonly string[];
    /** Where the measuring client runs, and its address. */
    readonly client: () => { readonly netns: string };
    /** A command line that runs another one in the client's network: it ends with the lab. */
    readonly atDesk: (argv: readonly string[]) => readonly string[];
    /** Ends at once all that was run so. */
    readonly endDesk: () => Promise<void>;
    /** Where the gateway's services run: what answers hosts at addresses of the router. */
    readonly router: () => { readonly netns: string };
    /** Runs a program in a namespace until it is stopped, or the lab goes down. */
    readonly runIn: Inside["runIn"];
    /** Runs a command on a host, with the host's own capabilities. */
    readonly exec: (id: string, argv: readonly string[]) => Promise<Outcome>;
    /** All that a host has written down, or one unit of it. */
    readonly journal: (id: string, unit?: string) => Promise<string>;
  };

/** Plans a fabric; nothing is made before `up`. */
export function createFabric(options: FabricOptions = {}): Fabric {
  const place = planPlace(options.name ?? usualName, options.folder);
  const running = new Map<string, Running>();
  const { inside, begin, forget } = insideOf(place, options);
  const hosts = hostActions(inside, running);
  let isUp = false;
  const down = async () => {
    refuseSecond(place);
    isUp = false;
    running.clear();
    forget();
    await sweep(place);
  };
  const up = async () => {
    if (isUp) return;
    checkNeeds();
    await down();
    own(place);
    try {
      await begin();
    } catch (error) {
      await sweep(place);
      throw error;
    }
    isUp = true;
  };
  return {
    ...hosts,
    ...faultsOf(inside),
    ...wiresOf(inside, hosts.isOn),
    up,
    down,
    leftovers: () => leftovers(place),
    client: () => ({ netns: place.client }),
    atDesk: (argv) => enter(groupFolders(place, deskGroup), inNetns(place.client, argv)),
    endDesk: () => killGroup(join(place.cgroup, deskGroup)),
    router: () => ({ netns: place.router }),
    runIn: inside.runIn,
    exec: (id, argv) => execOn(place, id, argv),
    journal: (id, unit) => journalOf(place, id, unit),
  };
}

/** The fabric's changing inside: its state, its names, and the programs of its gateway. */
function insideOf(place: Place, options: FabricOptions) {
  let state: FabricState = emptyState;
  let names: Names = {};
  let dnsmasq: Service | undefined;
  let isServed = false;
  const queue = makeQueue();
  const ways = [
    ...(options.api ? [{ ...options.api, address: gateway }] : []),
    ...(options.web ? [{ ...options.web, address: webAddress }] : []),
  ];
  const wayNames = Object.fromEntries(
    ways.flatMap(({ names: all, address }) => all.map((name) => [name, address])),
  );
  const inside: Inside = {
    place,
    options,
    queue,
    state: () => state,
    change: (step) =>
      queue("filter", async () => {
        const next = step(state);
        // What the kernel refuses has not happened.
        await loadFilter(place, next);
        state = next;
      }),
    tellGateway: (given = names) => {
      names = given;
      return queue("lists", async () => {
        await writeLists(place, state, { ...names, ...wayNames });
        dnsmasq?.signal("SIGHUP");
      });
    },
    image: (flavour) =>
      queue(`image ${flavour}`, () =>
        ensureImage(flavour, {
          cache: options.cache ?? cacheFolder(process.env),
          ...(options.report && { report: options.report }),
        }),
      ),
    runIn: (netns, argv, more) => runService(place, netns, argv, more),
  };
  const begin = async () => {
    await makeRouter(place);
    await makeGroup(place, deskGroup);
    await loadFilter(place, state);
    await watchFlows(place);
    dnsmasq = await startDnsmasq(place);
    await inside.tellGateway();
    const relays = await Promise.all(ways.map((way) => startRelay(inside, way)));
    isServed = true;
    const tell = (what: string) => () => {
      if (isServed) options.onTrouble?.(new WorldFailure(`${what} has ended`, "begin a new lab"));
    };
    // The hosts would go on without it, and fail for no reason that one could see.
    void dnsmasq.ended.then(tell("the gateway's dnsmasq"));
    for (const relay of relays) void relay.ended.then(tell("the gateway's relay to the cloud"));
  };
  const forget = () => {
    isServed = false;
    state = emptyState;
    names = {};
    dnsmasq = undefined;
  };
  return { inside, begin, forget };
}

/** Leads connections to a server out of the namespace; returns when it takes them. */
async function startRelay(
  inside: Inside,
  { socket, address }: Way & { readonly address: string },
): Promise<Service> {
  const program = fileURLToPath(new URL("relay.ts", import.meta.url));
  const argv = [process.execPath, program, address, String(tlsPort), socket];
  const { promise, resolve } = Promise.withResolvers<"ready">();
  const log = join(inside.place.folder, "gateway", "relay.log");
  const options = { onOutput: () => resolve("ready"), log };
  const relay = await inside.runIn(inside.place.router, argv, options);
  if ((await Promise.race([promise, relay.ended])) === "ready") return relay;
  throw new WorldFailure(`the way to ${socket} has ended at once`, "is its program whole?");
}
