/** What the kernel of a host has counted, read from /proc/net/snmp. */
import type { Fabric } from "../../lab/fabric/fabric.ts";

/** Echo requests that a host's kernel has received. */
export async function pingsHeard(fabric: Fabric, id: string): Promise<number> {
  const { stdout } = await fabric.exec(id, ["cat", "/proc/net/snmp"]);
  const [header = "", values = ""] = stdout.split("\n").filter((line) => line.startsWith("Icmp:"));
  return Number(values.split(" ")[header.split(" ").indexOf("InEchos")]);
}
