/** The network as a cloud sets it: holders of addresses, rules of hosts, private links, names. */
import { WorldFailure } from "../../stack/failure.ts";
import { type Beat, watchBeats } from "./beats.ts";
import { flowsSeen } from "./flows.ts";
import type { Names } from "./gateway-services.ts";
import { hostOf, type Inside } from "./inside.ts";
import { forgetConnections, makeNetwork, plug, routeAddress, routedTo, unplug } from "./router.ts";
import {
  closedTo,
  dropLink,
  type FabricState,
  type FilterRule,
  type Link,
  placeLink,
} from "./state.ts";

export type Wires = {
  /** Spreads an elastic IP's traffic over hosts, each connection to one; to nobody when empty. */
  readonly setHolders: (address: string, ids: readonly string[]) => Promise<void>;
  /** Ids of the hosts that the router sends an address's traffic to, as its kernel has it. */
  readonly holders: (address: string) => Promise<readonly string[]>;
  /** What may reach a host, instead of what might before; at first nothing. */
  readonly setRules: (id: string, rules: readonly FilterRule[]) => Promise<void>;
  /** Adds a link to a private network, also while the host is on; gives the link's name. */
  readonly attachPrivate: (id: string, network: string, link?: string) => Promise<string>;
  /** Takes a host's link to a private network away. */
  readonly detachPrivate: (id: string, network: string) => Promise<void>;
  /** Names that the hosts' resolver knows, instead of those before. */
  readonly setNames: (names: Names) => Promise<void>;
  /**
   * By source port, which host each of the client's connections of the last minute went to.
   * The router saw it, so that no proxy has to tell its own name.
   */
  readonly flows: () => Promise<ReadonlyMap<number, string>>;
  /** Tells of each heartbeat at a UDP port that passes the router; gives what ends it. */
  readonly watchBeats: (port: number, onBeat: (beat: Beat) => void) => Promise<() => Promise<void>>;
};

export const wiresOf = (inside: Inside, isOn: (id: string) => boolean): Wires => ({
  setHolders: (address, ids) =>
    inside.queue("routes", async () => {
      for (const id of ids) hostOf(inside, id);
      await inside.change((state) => ({ ...state, holders: { ...state.holders, [address]: ids } }));
      await routeAddress(inside.place, address, inside.state());
    }),
  holders: (address) => routedTo(inside.place, address, inside.state()),
  setRules: async (id, rules) => {
    hostOf(inside, id);
    const before = inside.state().rules[id] ?? [];
    await inside.change((state) => ({ ...state, rules: { ...state.rules, [id]: rules } }));
    const from = closedTo(before, rules);
    await forgetConnections(inside.place, { id, from }, inside.state());
  },
  attachPrivate: (id, network, link) =>
    inside.queue(id, () => attach(inside, id, { network, ...(link && { link }) }, isOn(id))),
  detachPrivate: (id, network) =>
    inside.queue(id, async () => {
      const placed = hostOf(inside, id);
      const gone = placed.spec.links.filter((link) => link.network === network);
      await unplug(inside.place, placed, inside.state(), gone);
      await inside.change((state) => dropLink(state, id, network));
    }),
  setNames: (names) => inside.tellGateway(names),
  flows: () => flowsSeen(inside.place, inside.state()),
  watchBeats: (port, onBeat) => watchBeats(inside, port, onBeat),
});

async function attach(
  inside: Inside,
  id: string,
  { network, link }: { readonly network: string; readonly link?: string },
  on: boolean,
): Promise<string> {
  const { links } = hostOf(inside, id).spec;
  const name = link ?? nextName(links);
  if (links.some((other) => other.name === name || other.network === network))
    throw new WorldFailure(`${id} has ${name} or a link to ${network}`, "attach each network once");
  const added: Link = { name, kind: "private", network };
  await inside.change((state: FabricState) => placeLink(state, id, added));
  await makeNetwork(inside.place, inside.state().networks[network] ?? "");
  if (on) await plug(inside.place, hostOf(inside, id), added, inside.state());
  return name;
}

const nextName = (links: readonly Link[]): string => {
  const taken = new Set(links.map(({ name }) => name));
  return Array.from({ length: 16 }, (_, index) => `eth${index}`).find((n) => !taken.has(n)) ?? "";
};
