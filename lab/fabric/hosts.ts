/** The life of hosts: created, on, off, gone. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import { boot, cutPower, hostGroup, type Running } from "./boot.ts";
import { freezeGroup, isFrozen, killGroup } from "./cgroup.ts";
import { makeDisk, removeDisk } from "./disk.ts";
import { type FirstBoot, untilBooted } from "./first-boot.ts";
import { checkSpec, hostOf, type Inside } from "./inside.ts";
import { wordFor } from "./place.ts";
import { makeNetwork, makePort, removePort, routeAddress } from "./router.ts";
import { dropHost, type HostSpec, placeHost } from "./state.ts";

export type HostActions = {
  /** Makes a host's disk and port, and boots it; returns while it is booting. */
  readonly createHost: (spec: HostSpec) => Promise<void>;
  /** Boots a host that is off, from the disk that it had. */
  readonly startHost: (id: string) => Promise<void>;
  /** Lets a host shut itself down, in order; cuts the power when that takes too long. */
  readonly stopHost: (id: string) => Promise<void>;
  /** Stops and starts a host. */
  readonly rebootHost: (id: string) => Promise<void>;
  /** Kills all of a host's processes at once; nothing on it is told. */
  readonly powerOff: (id: string) => Promise<void>;
  /** Stops a host that is on in its tracks, or lets it go on. Its kernel is the machine's and still answers. */
  readonly freeze: (id: string, on: boolean) => Promise<void>;
  /** Cuts the power, and removes disk, port and routes. */
  readonly deleteHost: (id: string) => Promise<void>;
  /** Waits until cloud-init has finished; two minutes unless told otherwise. */
  readonly untilBooted: (id: string, timeoutMs?: number) => Promise<FirstBoot>;
  readonly isOn: (id: string) => boolean;
  readonly isFrozen: (id: string) => boolean;
};

type Life = { readonly inside: Inside; readonly running: Map<string, Running> };

/** @param running which hosts are on; cleared by whoever sweeps the lab */
export function hostActions(inside: Inside, running: Map<string, Running>): HostActions {
  const life = { inside, running };
  const inTurn = (work: (life: Life, id: string) => Promise<void>) => (id: string) =>
    inside.queue(id, () => work(life, id));
  // How many orderly ends and new beginnings of a host are not done yet.
  const restless = new Map<string, number>();
  const counted = (act: (id: string) => Promise<void>) => async (id: string) => {
    const add = (count: number) => restless.set(id, (restless.get(id) ?? 0) + count);
    add(1);
    await act(id).finally(() => add(-1));
  };
  return {
    createHost: (spec) => inside.queue(spec.id, () => create(life, spec)),
    startHost: counted(inTurn(start)),
    stopHost: counted(inTurn(stop)),
    rebootHost: counted(
      inTurn(async (_, id) => {
        await stop(life, id);
        await start(life, id);
      }),
    ),
    powerOff: async (id) => {
      // From here on its end is no surprise.
      running.delete(id);
      // At once, also while an orderly stop is under way; what is left is put away in turn.
      await killGroup(join(inside.place.cgroup, hostGroup(id)));
      await inside.queue(id, () => off(life, id));
    },
    freeze: async (id, on) => {
      const { name } = hostOf(inside, id).spec;
      if (!running.has(id))
        throw new WorldFailure(
          `${name} is off`,
          `\`${wordFor(inside.place, "boot", id)}\` switches it on`,
        );
      await freezeGroup(join(inside.place.cgroup, hostGroup(id)), on);
    },
    deleteHost: inTurn(remove),
    untilBooted: (id, timeoutMs = 120_000) =>
      untilBooted(inside.place, id, {
        startedAt: running.get(id)?.startedAt ?? Date.now(),
        timeoutMs,
        isOn: () => running.has(id) || (restless.get(id) ?? 0) > 0,
      }),
    isOn: (id) => running.has(id),
    isFrozen: (id) => isFrozen(join(inside.place.cgroup, hostGroup(id))),
  };
}

async function create(life: Life, spec: HostSpec): Promise<void> {
  const { inside } = life;
  checkSpec(spec, inside.state());
  const image = await inside.image(spec.flavour);
  // Before the host is known to the filter, nobody can reach it.
  await inside.change((state) => placeHost(state, spec));
  await makePort(inside.place, hostOf(inside, spec.id));
  await makeDisk(inside.place, spec, image, inside.options.authority);
  await inside.tellGateway();
  await start(life, spec.id);
}

async function start(life: Life, id: string): Promise<void> {
  const { inside, running } = life;
  if (running.has(id)) return;
  const placed = hostOf(inside, id);
  for (const { network } of placed.spec.links)
    if (network !== undefined)
      await makeNetwork(inside.place, inside.state().networks[network] ?? "");
  const now = await boot(inside.place, placed, inside.state());
  running.set(id, now);
  void now.ended.then((how) => inside.queue(id, () => byItself(life, id, now, how)));
}

/** A host that ended without being told to: `poweroff` or `reboot` on it, or a crash. */
async function byItself(life: Life, id: string, was: Running, how: "off" | "reboot") {
  const { inside, running } = life;
  if (running.get(id) !== was) return;
  await off(life, id);
  if (how === "reboot") await start(life, id);
  inside.options.onPower?.(id, how === "reboot");
}

async function stop(life: Life, id: string): Promise<void> {
  const now = life.running.get(id);
  // From here on its end is no surprise.
  life.running.delete(id);
  if (now === undefined) return;
  now.askToEnd();
  const late = new AbortController();
  const { stopTimeoutMs = 120_000 } = life.inside.options;
  await Promise.race([
    now.ended,
    wait(stopTimeoutMs, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  await off(life, id);
}

async function off({ inside, running }: Life, id: string): Promise<void> {
  running.delete(id);
  await cutPower(inside.place, hostOf(inside, id), inside.state());
}

async function remove(life: Life, id: string): Promise<void> {
  const { inside } = life;
  await off(life, id);
  const placed = hostOf(inside, id);
  const held = Object.keys(inside.state().holders);
  await inside.change((state) => dropHost(state, id));
  for (const address of held) await routeAddress(inside.place, address, inside.state());
  await removePort(inside.place, placed);
  await removeDisk(inside.place, id);
  await inside.tellGateway();
}
