/** What every account finds at Exoscale: sizes of instances, and templates to make them of. */
import type { InstanceType, Tables, Template } from "../model/exoscale/world.ts";

const id = (kind: string, number: number): string =>
  `${kind.repeat(8)}-1ab0-4000-8000-${String(number).padStart(12, "0")}`;

const gib = 2 ** 30;

/** Cores and memory, as they are on the price list; the lab's hosts share the machine's. */
const sizes: readonly (readonly [string, number, number])[] = [
  ["micro", 1, 0.5 * gib],
  ["tiny", 1, gib],
  ["small", 2, 2 * gib],
  ["medium", 2, 4 * gib],
  ["large", 4, 8 * gib],
  ["extra-large", 4, 16 * gib],
];

const instanceTypes = sizes.map(
  ([size, cpus, memoryBytes], at): InstanceType => ({
    id: id("5", at + 1),
    family: "standard",
    size,
    cpus,
    memoryBytes,
  }),
);

/** A newer template of a name has another id; both are listed, as at the real cloud. */
const named: readonly (readonly [string, string, string, string, string])[] = [
  ["Linux Debian 12 (Bookworm) 64-bit", "debian", "12", "debian", "2026-01-15T08:00:00Z"],
  ["Linux Debian 12 (Bookworm) 64-bit", "debian", "12", "debian", "2026-06-15T08:00:00Z"],
  ["Linux Debian 13 (Trixie) 64-bit", "debian", "13", "debian", "2026-06-15T08:00:00Z"],
  ["Linux Ubuntu 22.04 LTS 64-bit", "ubuntu", "22.04", "ubuntu", "2026-06-15T08:00:00Z"],
  ["Linux Ubuntu 24.04 LTS 64-bit", "ubuntu", "24.04", "ubuntu", "2026-06-15T08:00:00Z"],
];

const templates = named.map(
  ([name, system, version, defaultUser, createdAt], at): Template => ({
    id: id("7", at + 1),
    name,
    visibility: "public",
    family: `Linux ${system}`,
    version,
    defaultUser,
    createdAt,
  }),
);

const byId = <T extends { readonly id: string }>(all: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(all.map((one) => [one.id, one]));

export const catalogue: Pick<Tables, "instanceTypes" | "templates"> = {
  instanceTypes: byId(instanceTypes),
  templates: byId(templates),
};
