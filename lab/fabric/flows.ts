/** Which host each connection of the client went to, as the router saw it. */
import { must } from "../command.ts";
import type { Place } from "./place.ts";
import { inNetns } from "./router.ts";
import type { FabricState } from "./state.ts";

/** Stands apart from the filter, which is replaced at every change and would forget it. */
const ruleset = `table ip baton_flows
delete table ip baton_flows
table ip baton_flows {
  set seen {
    typeof tcp sport . meta oif
    flags dynamic,timeout
    timeout 1m
    size 65535
  }
  chain forward {
    # After the filter, which drops what never arrives.
    type filter hook forward priority 10;
    iifname "client" tcp flags & (syn | ack) == syn update @seen { tcp sport . meta oif }
  }
}
`;

export const watchFlows = ({ router }: Place): Promise<string> =>
  must(inNetns(router, ["nft", "-f", "-"]), { input: ruleset });

/**
 * By source port of the client. A port may be used again within the minute: its last use counts,
 * which is why each use stands there by itself (an update of a map would keep the first).
 */
export async function flowsSeen({ router }: Place, { hosts }: FabricState) {
  const text = await must(
    inNetns(router, ["nft", "-j", "list", "set", "ip", "baton_flows", "seen"]),
  );
  const ids = new Map(Object.entries(hosts).map(([id, { port }]) => [port, id]));
  const uses: Use[] = JSON.parse(text).nftables.flatMap(({ set }: Listed) => set?.elem ?? []);
  const seen = new Map<number, string>();
  for (const { elem } of uses.sort((a, b) => a.elem.expires - b.elem.expires)) {
    const [port, link] = elem.val.concat;
    const id = ids.get(link);
    if (id !== undefined) seen.set(port, id);
  }
  return seen;
}

type Use = { readonly elem: { readonly val: { concat: [number, string] }; expires: number } };
type Listed = { readonly set?: { readonly elem?: readonly Use[] } };
