/** An emulated cloud that begins with nothing but the catalogue, and a key that may do all. */
import {
  type Emulator,
  type EmulatorOptions,
  startExoscale,
} from "../../../lab/emulators/exoscale.ts";
import { catalogue } from "../../../lab/emulators/exoscale-catalogue.ts";
import { callWitness } from "../../outsiders/witness.ts";
import { seeded } from "../world.ts";

export const owner = { key: "EXOowner00000000000000000001", secret: "o".repeat(43) } as const;

export const empty = { zone: "ch-gva-2", ...catalogue } as const;

/** What it is asked and answers is held against the cloud's own document: its end tells. */
export async function startEmpty(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const { onExchange, verdict } = await callWitness();
  const emulator = await startExoscale({
    world: empty,
    keys: { [owner.key]: { secret: owner.secret, node: "owner", allows: "all" } },
    settings: { operationMs: [100, 100] },
    random: seeded(1),
    onExchange,
    ...options,
  });
  return {
    ...emulator,
    close: async () => {
      await emulator.close();
      verdict();
    },
  };
}
