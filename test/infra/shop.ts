/** The stack that the tests of the component begin with. */
import type { StackDeclaration } from "../../infra/index.ts";
import { publicKey } from "../stack/bases.ts";

export const shop: StackDeclaration = {
  name: "shop",
  cloud: { provider: "exoscale", zone: "ch-gva-2" },
  system: "debian-13",
  addresses: { web: {} },
  nodes: 2,
  "app-servers": { count: 3, slots: 5 },
  services: { web: { port: 80 } },
  access: {
    "ssh-keys": [publicKey],
    "ssh-from": ["192.0.2.0/24"],
    "icmp-from": ["0.0.0.0/0", "::/0"],
  },
};
