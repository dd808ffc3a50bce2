/** Rules that the fabric's tests set. */
import type { FilterRule } from "../../lab/fabric/state.ts";

export const anywhere = { cidr: "0.0.0.0/0" } as const;
export const http = (from: FilterRule["from"], port = 80): FilterRule => ({
  protocol: "tcp",
  ports: [port, port],
  from,
});
export const ping: FilterRule = { protocol: "icmp", icmp: { type: 8, code: 0 }, from: anywhere };
