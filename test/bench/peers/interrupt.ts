/** Ctrl-C at the bench: the first one ends it in order, and a second one at once. */
import { constants } from "node:os";
import { leftovers } from "../../../lab/fabric/leftovers.ts";
import { planPlace } from "../../../lab/fabric/place.ts";

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** npm hands a terminal's Ctrl-C on to a program that has had it from the terminal already. */
const sameMs = 500;

/** @returns what is aborted by the first one; the exit code is set by then, as shells have it */
export function interruptible(lab: string): AbortSignal {
  const interrupt = new AbortController();
  let firstAt = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (!interrupt.signal.aborted) {
        firstAt = performance.now();
        process.exitCode = 128 + constants.signals[name];
        say("\nending: the lab is taken down …");
        interrupt.abort();
      } else if (performance.now() > firstAt + sameMs) {
        say(`\nended at once: ${remedy(lab)}`);
        process.exit();
      }
    });
  return interrupt.signal;
}

const remedy = (lab: string): string =>
  `\`npx baton lab --name ${lab} down\`, as root, takes away what is left of the lab`;

/** Says how an interrupted bench has left the machine, and ends it, whatever still waits in it. */
export function endInterrupted(lab: string): void {
  const left = leftovers(planPlace(lab));
  say(`interrupted: ${left.length > 0 ? remedy(lab) : "the lab is away, and nothing is written"}`);
  process.stdout.write("", () => process.exit());
}
