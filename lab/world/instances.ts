/** Hosts of the stack file, and what the cloud has of them now: in an update it may have none. */

import { WorldFailure } from "../../stack/failure.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import type { Instance, World } from "../model/exoscale/world.ts";

export type Instances = {
  /** The instance of a host of the stack file. @throws WorldFailure when there is none */
  readonly instance: (host: string) => Instance;
  /** The host of the stack file that an instance is. */
  readonly hostOf: (instance: string) => string;
  /** Whether a host runs. One without an instance does not: it is being made anew, or is gone. */
  readonly isOn: (host: string) => boolean;
};

/** @param runs whether the machine of an instance is on */
export function instancesOf(
  stack: Stack,
  world: () => World,
  runs: (id: string) => boolean,
): Instances {
  const all = (): readonly Instance[] => Object.values(world().instances);
  const found = (host: string): Instance | undefined =>
    all().find(({ name }) => name === `${stack.name}-${host}`);
  const hostOf = (id: string): string => {
    const own = all().find((one) => one.id === id)?.name ?? id;
    return own.startsWith(`${stack.name}-`) ? own.slice(stack.name.length + 1) : own;
  };
  return {
    hostOf,
    instance: (host) =>
      found(host) ??
      refuse(
        host,
        stack,
        all().map(({ id }) => hostOf(id)),
      ),
    isOn: (host) => {
      const { id } = found(host) ?? {};
      return id !== undefined && runs(id);
    },
  };
}

function refuse(host: string, stack: Stack, there: readonly string[]): never {
  const has = `it has: ${[...there].sort().join(", ") || "none"}`;
  if (hostsOf(stack).some(({ name }) => name === host))
    throw new WorldFailure(
      `the cloud has no instance of ${host} now; ${has}`,
      "wait until the update has made it, or `npx baton lab desk pulumi up`",
    );
  throw new WorldFailure(`the cloud has no host ${host}`, has);
}
