/** An emulated cloud that begins with nothing but the catalogue, and a key that may do all. */
import {
  type Emulator,
  type EmulatorOptions,
  startExoscale,
} from "../../../lab/emulators/exoscale.ts";
import { catalogue } from "../../../lab/emulators/exoscale-catalogue.ts";
import { seeded } from "../world.ts";

export const owner = { key: "EXOowner00000000000000000001", secret: "o".repeat(43) } as const;

export const empty = { zone: "ch-gva-2", ...catalogue } as const;

export const startEmpty = (options: Partial<EmulatorOptions> = {}): Promise<Emulator> =>
  startExoscale({
    world: empty,
    keys: { [owner.key]: { secret: owner.secret, node: "owner", allows: "all" } },
    settings: { operationMs: [100, 100] },
    random: seeded(1),
    ...options,
  });
