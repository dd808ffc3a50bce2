/** The address on this host: a failover address must be on it, or what arrives is refused. */
import { networkInterfaces } from "os";
import { canonicalIp } from "../wire/ip.ts";

/** Whether an interface of this host carries the address. */
export const carries = (ip: string): boolean =>
  ([] as string[])
    .concat(
      ...Object.values(networkInterfaces()).map((all = []) => all.map(({ address }) => address)),
    )
    .some((address) => canonicalIp(address.split("%")[0] ?? "") === ip);
