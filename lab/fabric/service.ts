/** Programs that run beside the hosts, in a namespace of the lab, for as long as it does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { programPath } from "../command.ts";
import { enter, makeGroup } from "./cgroup.ts";
import type { Place } from "./place.ts";
import { inNetns } from "./router.ts";

export type ServiceOptions = {
  /** A file that gets what it prints; nothing is kept without one. */
  readonly log?: string;
  /** Takes each piece of its standard output instead. */
  readonly onOutput?: (text: string) => void;
  readonly env?: Readonly<Record<string, string>>;
};

export type Service = {
  readonly pid: number;
  /** Settles when the program has ended; never rejects. */
  readonly ended: Promise<{ readonly code: number | null }>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** SIGTERM, and SIGKILL two seconds later. */
  readonly stop: () => Promise<void>;
};

/** The group of all services; a host's processes have one each. */
export const serviceGroup = "services";

/** The group of what people run where the stack's owner sits. */
export const deskGroup = "desk";

/** Starts a program in a namespace. It does not outlive the lab's `down`, nor a crash's. */
export async function runService(
  place: Place,
  netns: string,
  argv: readonly string[],
  options: ServiceOptions = {},
): Promise<Service> {
  const folders = await makeGroup(place, serviceGroup);
  const [program = "", ...args] = enter(folders, inNetns(netns, argv));
  const log = options.log === undefined ? undefined : openSync(options.log, "a");
  const child = spawn(program, args, {
    // A session of its own: Ctrl-C is for the lab, which then ends its services in order.
    detached: true,
    env: { ...process.env, PATH: programPath, ...options.env },
    stdio: ["ignore", options.onOutput ? "pipe" : (log ?? "ignore"), log ?? "ignore"],
  });
  if (log !== undefined) closeSync(log);
  child.stdout?.setEncoding("utf8").on("data", options.onOutput ?? (() => {}));
  const ended = new Promise<{ code: number | null }>((resolve) => {
    child.on("close", (code) => resolve({ code }));
    child.on("error", () => resolve({ code: null }));
  });
  await Promise.race([once(child, "spawn"), ended]);
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid: child.pid ?? 0,
    ended,
    signal,
    stop: async () => {
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), 2000);
      await ended;
      clearTimeout(timer);
    },
  };
}
