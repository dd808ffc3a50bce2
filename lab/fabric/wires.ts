/** The network as a cloud sets it: holders of addresses, rules of hosts, private links, names. */
import { LabFailure } from "../failure.ts";
import { flowsSeen } from "./flows.ts";
import type { Names } from "./gateway-services.ts";
import { hostOf, type Lab } from "./lab.ts";
import { forgetConnections, makeNetwork, plug, routeAddress, routedTo, unplug } from "./router.ts";
import { dropLink, type FabricState, type FilterRule, type Link, placeLink } from "./state.ts";

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
};

export const wiresOf = (lab: Lab, isOn: (id: string) => boolean): Wires => ({
  setHolders: (address, ids) =>
    lab.queue("routes", async () => {
      for (const id of ids) hostOf(lab, id);
      await lab.change((state) => ({ ...state, holders: { ...state.holders, [address]: ids } }));
      await routeAddress(lab.place, address, lab.state());
    }),
  holders: (address) => routedTo(lab.place, address, lab.state()),
  setRules: async (id, rules) => {
    hostOf(lab, id);
    const before = lab.state().rules[id] ?? [];
    await lab.change((state) => ({ ...state, rules: { ...state.rules, [id]: rules } }));
    if (closesSome(before, rules)) await forgetConnections(lab.place, id, lab.state());
  },
  attachPrivate: (id, network, link) =>
    lab.queue(id, () => attach(lab, id, { network, ...(link && { link }) }, isOn(id))),
  detachPrivate: (id, network) =>
    lab.queue(id, async () => {
      const placed = hostOf(lab, id);
      const gone = placed.spec.links.filter((link) => link.network === network);
      await unplug(lab.place, placed, lab.state(), gone);
      await lab.change((state) => dropLink(state, id, network));
    }),
  setNames: (names) => lab.tellGateway(names),
  flows: () => flowsSeen(lab.place, lab.state()),
});

/** Whether something that was open may be closed now. */
function closesSome(before: readonly FilterRule[], after: readonly FilterRule[]): boolean {
  const still = new Set(after.map((rule) => JSON.stringify(rule)));
  return before.some((rule) => !still.has(JSON.stringify(rule)));
}

async function attach(
  lab: Lab,
  id: string,
  { network, link }: { readonly network: string; readonly link?: string },
  on: boolean,
): Promise<string> {
  const { links } = hostOf(lab, id).spec;
  const name = link ?? nextName(links);
  if (links.some((other) => other.name === name || other.network === network))
    throw new LabFailure(`${id} has ${name} or a link to ${network}`, "attach each network once");
  const added: Link = { name, kind: "private", network };
  await lab.change((state: FabricState) => placeLink(state, id, added));
  await makeNetwork(lab.place, lab.state().networks[network] ?? "");
  if (on) await plug(lab.place, hostOf(lab, id), added, lab.state());
  return name;
}

const nextName = (links: readonly Link[]): string => {
  const taken = new Set(links.map(({ name }) => name));
  return Array.from({ length: 16 }, (_, index) => `eth${index}`).find((n) => !taken.has(n)) ?? "";
};
