/** Somebody on the network who records, forges, and plays again what he has recorded. */

import type { SignedAdvertisement } from "../../agent/wire/advertisement.ts";
import { encodeAuthenticated } from "../../agent/wire/authenticated-encode.ts";
import { encodeExoip } from "../../agent/wire/exoip.ts";
import type { Fault } from "./faults.ts";
import { encodeVrrp } from "./models/vrrp-frame.ts";
import type { Datagram } from "./world/network.ts";
import { keysOf } from "./world/signing.ts";
import type { World } from "./world/world.ts";

const everyMs = 150;

export function attack(world: World, { node }: Fault): () => void {
  let over = false;
  const strike = (): void => {
    if (over) return;
    const made = pick(world, kindsFor(world))?.(world, node);
    if (made !== undefined) for (const id of world.ids) throwAt(world, id, made);
    world.queue.after(everyMs, strike);
  };
  strike();
  return () => {
    over = true;
  };
}

const throwAt = (world: World, to: string, datagram: Datagram): void => {
  world.queue.after(1, () => world.host(to).hear(datagram));
};

const pick = <One>({ random }: World, ones: readonly One[]): One | undefined =>
  ones[Math.floor(random() * ones.length)];

type Forge = (world: World, node: string) => Datagram | undefined;

const forged = (world: World, from: string, bytes: Uint8Array): Datagram => ({
  bytes,
  from,
  sentAt: world.queue.now,
  origin: "forged",
});

const recorded = (world: World): Datagram | undefined => pick(world, world.network.recording ?? []);

/** What a frame of a key that is not the stack's would say. */
const said: Omit<SignedAdvertisement, "node" | "name"> = {
  wire: "authenticated",
  boot: "00000000000000aa",
  sequence: 1,
  uptimeMs: 1,
  intervalMs: 1000,
  healthy: true,
  maintenance: false,
  resigningMs: 0,
  priority: 1,
  heard: [],
  addresses: [],
  releases: [],
};

/** Programs that sign nothing need no more than a better priority. */
function kindsFor({ plan }: World): readonly Forge[] {
  const program = plan.nodes[0]?.program;
  if (program === "baton" || program === undefined) return kinds;
  return [(world, node) => forged(world, node, unsigned[program](world))];
}

const unsigned = {
  exoip: ({ ips }: World): Uint8Array =>
    encodeExoip({ priority: 1, ip: ips[0] ?? "", nicId: "aaaaaaaa-0000-4000-8000-000000000009" }),
  keepalived: (): Uint8Array => encodeVrrp(255),
};

const kinds: readonly Forge[] = [
  /** An old frame again. */
  (world) => {
    const old = recorded(world);
    return old === undefined ? undefined : { ...old, origin: "replay" };
  },
  /** One bit is another. */
  (world, node) => {
    const old = recorded(world);
    if (old === undefined) return undefined;
    const bytes = Uint8Array.from(old.bytes);
    const at = Math.floor(world.random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(world.random() * 8));
    return forged(world, node, bytes);
  },
  /** Cut on the way. */
  (world, node) => {
    const old = recorded(world);
    if (old === undefined) return undefined;
    return forged(world, node, old.bytes.slice(0, Math.floor(world.random() * old.bytes.length)));
  },
  /** Another stack's key. */
  (world, node) =>
    forged(world, node, encodeAuthenticated({ ...said, node, name: node }, keysOf([99], false))),
  /** Anything. */
  (world, node) =>
    forged(
      world,
      node,
      Uint8Array.from({ length: 24 }, () => Math.floor(world.random() * 256)),
    ),
];
