/** What people want of a running agent, by its socket and by signals. */
import type { Log } from "./host/log.ts";
import type { Wishes } from "./host/signals.ts";
import type { Journal } from "./journal.ts";
import { Slip } from "./task.ts";
import type { Watch } from "./watch.ts";

/** Does what a person wants of a running agent; gives why not. */
export async function obey(
  { pump }: Pick<Watch, "pump">,
  name: string,
  value: string,
  { save }: Pick<Journal, "save">,
): Promise<string | undefined> {
  switch (name) {
    case "handover":
      pump.emit({ type: "handover", exit: false });
      return undefined;
    case "maintenance": {
      if (value !== "on" && value !== "off") return "maintenance is on or off";
      pump.emit({ type: "maintenance", on: value === "on" });
      // A restart must not bring a node back that a person took out.
      const trouble = await save("maintenance", value === "on");
      return trouble && `maintenance is ${value} until the next restart only: ${trouble}`;
    }
    case "priority": {
      if (!/^[+-]?\d{1,3}$/.test(value)) return "priority is +1, -1 or 0 to 255";
      const now = pump.state().priority;
      // A step ends at 1, as with exoip, though 0 can be given.
      const wanted = /^[+-]/.test(value) ? Math.max(Math.min(now, 1), now + Number(value)) : value;
      pump.emit({ type: "priority", priority: Math.min(255, Number(wanted)) });
      return undefined;
    }
    case "look":
      pump.emit({ type: "look" });
      return undefined;
    default:
      return `no such command: ${name}`;
  }
}

/**
 * The same by signals. Until the watch has begun there is nothing to hand over or to look at, yet
 * the signals must be taken: by default they end the program, and SIGUSR1 opens Node's debugger.
 */
export const ordersOf = (
  watch: () => Watch | undefined,
  journal: Journal,
  log: Log,
  end: () => void,
): Wishes => ({
  stop() {
    const running = watch();
    if (running) running.pump.emit({ type: "handover", exit: true });
    else end();
  },
  stopNow: end,
  look() {
    try {
      watch()?.look();
    } catch (error) {
      // A broken file is no reason to stop: the keys that are known go on.
      if (!(error instanceof Slip)) throw error;
      log("error", error.message);
    }
  },
  priority(step) {
    const running = watch();
    if (running) void obey(running, "priority", step < 0 ? "-1" : "+1", journal);
  },
});
