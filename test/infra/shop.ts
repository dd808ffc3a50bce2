/** The stack that the tests of the component begin with. */
import type { StackDeclaration } from "../../infra/index.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGVrZXlleGFtcGxla2V5 you@example.com";

export const shop: StackDeclaration = {
  name: "shop",
  cloud: { provider: "exoscale", zone: "ch-gva-2" },
  system: "debian-13",
  addresses: { web: {} },
  nodes: 2,
  "app-servers": { count: 3, slots: 5 },
  services: { web: { port: 80 } },
  access: { "ssh-keys": [key], "ssh-from": ["192.0.2.0/24"], "icmp-from": ["0.0.0.0/0", "::/0"] },
};
