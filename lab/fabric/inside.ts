/** What the parts of the fabric share: where it is, what it should be like, whose turn it is. */

import { WorldFailure } from "../../stack/failure.ts";
import type { Flavour } from "../image/flavour.ts";
import type { Names } from "./gateway-services.ts";
import type { Place } from "./place.ts";
import type { Queue } from "./queue.ts";
import type { Service, ServiceOptions } from "./service.ts";
import type { FabricState, HostSpec, Placed } from "./state.ts";

/** How hosts reach a server that listens at a Unix socket: by names that lead there. */
export type Way = { readonly socket: string; readonly names: readonly string[] };

export type FabricOptions = {
  /** Begins the name of all that the lab makes; two labs at once need two. */
  readonly name?: string;
  /** Disks and logs of the hosts; on a real file system or tmpfs. `/run/NAME` unless given. */
  readonly folder?: string;
  /** Where built images are kept. */
  readonly cache?: string;
  /** The cloud's API as a Unix socket that speaks TLS, and the names that hosts know it by. */
  readonly api?: Way;
  /** The rest of the internet, as far as hosts need it: a web server that speaks TLS. */
  readonly web?: Way;
  /** Certificate of the lab's own CA, in PEM, which all hosts trust. */
  readonly authority?: string;
  /** Called with what is being done, where it takes more than a moment. */
  readonly report?: (text: string) => void;
  /** Called when a host goes off or comes back by its own doing. */
  readonly onPower?: (id: string, on: boolean) => void;
  /** Called when a service of the gateway has ended though nobody stopped it. */
  readonly onTrouble?: (error: unknown) => void;
  /** How long an orderly stop may take before the power is cut, as clouds do; 120 s. */
  readonly stopTimeoutMs?: number;
};

export type Inside = {
  readonly place: Place;
  readonly options: FabricOptions;
  readonly queue: Queue;
  readonly state: () => FabricState;
  /** Changes what should be, and loads the filter that follows from it. */
  readonly change: (step: (state: FabricState) => FabricState) => Promise<void>;
  /** Tells the gateway who its hosts are, and what names there are. */
  readonly tellGateway: (names?: Names) => Promise<void>;
  readonly image: (flavour: Flavour) => Promise<string>;
  readonly runIn: (
    netns: string,
    argv: readonly string[],
    options?: ServiceOptions,
  ) => Promise<Service>;
};

/** @throws WorldFailure when the fabric has no such host */
export function hostOf(inside: Inside, id: string): Placed {
  const placed = inside.state().hosts[id];
  if (placed === undefined) throw new WorldFailure(`there is no host ${id}`, "create it first");
  return placed;
}

/** @throws WorldFailure for what the fabric cannot carry */
export function checkSpec(spec: HostSpec, state: FabricState): void {
  const refuse = (what: string, fix: string) => {
    throw new WorldFailure(`host ${spec.name} (${spec.id}): ${what}`, fix);
  };
  if (!/^[a-z0-9-]{1,40}$/.test(spec.id)) refuse("its id is no instance id", "use a UUID");
  if (!/^198\.51\.100\.\d+$/.test(spec.ip))
    refuse(
      `${spec.ip} is not in the lab's public network`,
      "give it an address of 198.51.100.0/24",
    );
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(spec.mac)) refuse("its MAC is none", "write it small");
  for (const { name } of spec.links)
    if (!/^[\w.-]{1,15}$/.test(name))
      refuse(`"${name}" is no link's name`, "use 15 letters at most");
  for (const { spec: other } of Object.values(state.hosts)) {
    if (other.id === spec.id) refuse("it exists", "delete it first");
    if (other.ip === spec.ip) refuse(`${other.name} has ${spec.ip}`, "choose another address");
  }
}
