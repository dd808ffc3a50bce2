/** Each heartbeat as it passes the router, and whether the filter let it through. */
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { must } from "../command.ts";
import type { Inside } from "./inside.ts";
import { inNetns } from "./router.ts";
import type { Service } from "./service.ts";

/** Hosts by id. */
export type Beat = { readonly from: string; readonly to: string; readonly arrived: boolean };

/** Stands apart from the filter, which is replaced at each change. Bridges are private networks. */
const ruleset = (port: number): string =>
  ["ip", "bridge"]
    .map(
      (family) => `table ${family} baton_beats
delete table ${family} baton_beats
table ${family} baton_beats {
  chain forward {
    # Before the filter, whose verdict is traced.
    type filter hook forward priority -300;
    udp dport ${port} meta nftrace set 1
  }
}
`,
    )
    .join("");

const againMs = 500;

/** Tells of each heartbeat; gives what ends it. @param port UDP port of the heartbeat */
export async function watchBeats(
  inside: Inside,
  port: number,
  onBeat: (beat: Beat) => void,
): Promise<() => Promise<void>> {
  const { router } = inside.place;
  await must(inNetns(router, ["nft", "-f", "-"]), { input: ruleset(port) });
  const lines = new PassThrough();
  const follow = followTrace((first, second, arrived) => {
    const { hosts } = inside.state();
    const idOf = (name: string) =>
      Object.keys(hosts).find((id) => hosts[id]?.port === /^h\d+/.exec(name)?.[0]);
    const [from, to] = [idOf(first), idOf(second)];
    if (from !== undefined && to !== undefined) onBeat({ from, to, arrived });
  });
  createInterface({ input: lines }).on("line", follow);
  const onOutput = (text: string): void => void lines.write(text);
  let isOver = false;
  let monitor: Service | undefined;
  const begin = async (): Promise<void> => {
    monitor = await inside.runIn(router, ["nft", "monitor", "trace"], { onOutput });
    // It ends itself when the kernel was faster than it; what came meanwhile is lost to it.
    if (isOver) await monitor.stop();
    else void monitor.ended.then(again);
  };
  const again = async (): Promise<void> => {
    await wait(againMs);
    // A lab that is being taken down has no place for it any more.
    if (!isOver) await begin().catch(again);
  };
  await begin();
  return async () => {
    isOver = true;
    await monitor?.stop();
  };
}

/** Packets whose verdict never comes are forgotten when so many others came. */
const underWayMax = 100;

/**
 * Reads what `nft monitor trace` prints: a packet's interfaces come first, its verdict last.
 * @param tell the interfaces that it came in and goes out by, and whether it may
 */
export function followTrace(
  tell: (first: string, second: string, arrived: boolean) => void,
): (line: string) => void {
  const underWay = new Map<string, readonly [string, string]>();
  return (line) => {
    const [, id = "", table = ""] = /^trace id (\w+) \w+ (\S+)/.exec(line) ?? [];
    const [, first, second] = /packet: iif "([^"]+)" oif "([^"]+)"/.exec(line) ?? [];
    if (first !== undefined && second !== undefined) {
      underWay.set(id, [first, second]);
      const [oldest = ""] = underWay.keys();
      if (underWay.size > underWayMax) underWay.delete(oldest);
    }
    const verdict = /(?:\(verdict|policy) (accept|drop)\)?\s*$/.exec(line)?.[1];
    const ends = underWay.get(id);
    if (table !== "baton" || verdict === undefined || ends === undefined) return;
    underWay.delete(id);
    tell(...ends, verdict === "accept");
  };
}
