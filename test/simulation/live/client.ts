/** A client in virtual time: it asks through the address every 20 ms. */
import type { Sample } from "../../../lab/client/measure.ts";
import type { LiveGroup } from "./group.ts";

const everyMs = 20;
const timeoutMs = 800;

/** @param wallAt the wall's moment of virtual time 0 */
export function askForEver(
  group: LiveGroup,
  wallAt: number,
  onSample: (sample: Sample, ip: string) => void,
): void {
  let n = 0;
  const ask = (): void => {
    const [ip = ""] = group.ips;
    const holders = group.cloud.holders(ip);
    const id = holders[n % Math.max(1, holders.length)];
    const host = id === undefined ? undefined : group.host(id);
    const isServed = host?.serves === true && !group.cut.has(`client>${id}`);
    const end = isServed
      ? { ms: 2, status: 200, backend: host.id }
      : { ms: timeoutMs, error: "timeout" };
    const sample = { n, at: Math.round(wallAt + group.queue.now), port: portOf(group, id), ...end };
    group.queue.after(end.ms, () => onSample(sample, ip));
    n += 1;
    group.queue.after(everyMs, ask);
  };
  ask();
}

/** In a simulation a port says where a request went. */
const portOf = ({ ids }: LiveGroup, id: string | undefined): number =>
  id === undefined ? 0 : ids.indexOf(id) + 1;

export const balancerAt =
  ({ ids }: LiveGroup) =>
  (port: number): string =>
    ids[port - 1] ?? "nobody";
