/** The emulated cloud in front of a desk, and the desk's key to it. */
import type { TestContext } from "node:test";
import { type EmulatorOptions, startExoscale } from "../../lab/emulators/exoscale.ts";
import { seeded } from "../lab/world.ts";

const key = "EXOdesk00000000000000000001";
const secret = "desk-secret-0123456789abcdefghijklmnopqrstuv";

/** What marks an instance as a host of the stack `shop`. */
export const labelsOf = (host: string) => ({ "baton-stack": "shop", "baton-host": host });

/** @returns the cloud, and what the desk's environment says of it */
export async function startZone(
  context: TestContext,
  zone: Pick<EmulatorOptions, "world" | "settings">,
) {
  const keys = { [key]: { secret, node: "desk", allows: "all" } } as const;
  const emulator = await startExoscale({ ...zone, keys, random: seeded(1) });
  context.after(() => emulator.close());
  const env = {
    EXOSCALE_API_KEY: key,
    EXOSCALE_API_SECRET: secret,
    EXOSCALE_API_ENDPOINT: emulator.endpoint,
  };
  return { emulator, env };
}
