/** Exoscale's own templates; it has none of the other systems. */
import type { SystemName } from "../../stack/systems.ts";

export const templates: Readonly<Partial<Record<SystemName, string>>> = {
  "ubuntu-22.04": "Linux Ubuntu 22.04 LTS 64-bit",
  "ubuntu-24.04": "Linux Ubuntu 24.04 LTS 64-bit",
  "debian-12": "Linux Debian 12 (Bookworm) 64-bit",
  "debian-13": "Linux Debian 13 (Trixie) 64-bit",
};
