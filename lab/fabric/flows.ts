/** Which host each connection of the client went to, as the router saw it. */
import { must } from "../command.ts";
import type { Place } from "./place.ts";
import { inNetns } from "./router.ts";
import type { FabricState } from "./state.ts";

/** Stands apart from the filter, which is replaced at every change and would forget it. */
const ruleset = `table ip baton_flows
delete table ip baton_flows
table ip baton_flows {
  map seen {
    typeof tcp sport : meta oif
    flags dynamic,timeout
    timeout 1m
    size 65535
  }
  chain forward {
    # After the filter, which drops what never arrives.
    type filter hook forward priority 10;
    iifname "client" tcp flags & (syn | ack) == syn update @seen { tcp sport : meta oif }
  }
}
`;

export const watchFlows = ({ router }: Place): Promise<string> =>
  must(inNetns(router, ["nft", "-f", "-"]), { input: ruleset });

/** By source port of the client; the last use of a port counts. */
export async function flowsSeen({ router }: Place, { hosts }: FabricState) {
  const text = await must(
    inNetns(router, ["nft", "-j", "list", "map", "ip", "baton_flows", "seen"]),
  );
  const ids = new Map(Object.entries(hosts).map(([id, { port }]) => [port, id]));
  const seen = new Map<number, string>();
  for (const { map } of JSON.parse(text).nftables) {
    for (const [{ elem }, port] of map?.elem ?? []) {
      const id = ids.get(port);
      if (id !== undefined) seen.set(elem.val, id);
    }
  }
  return seen;
}
