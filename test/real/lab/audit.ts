/** Whether a lab is as it should be between two scenarios. */
import assert from "node:assert/strict";
import type { Lab } from "../../../lab/lab.ts";
import { nodeViews } from "../../../lab/view/observe.ts";
import { type Bench, tellJournals, until } from "./bench.ts";

/** Both hosts well and heard, each address on one of them, as both know; nothing left over. */
export async function audit(bench: Bench): Promise<void> {
  const { lab, troubles } = bench;
  const isCalm = async (): Promise<boolean> => {
    const [views, truth] = [await nodeViews(lab), await holdersOf(lab)];
    return views.every(
      ({ name, status }) =>
        status?.healthy === true &&
        !status.maintenance &&
        status.api.reachable === true &&
        // One that was replaced stands in the group's list for a while.
        status.peers.every(
          ({ id, bothWays }) => bothWays || !(id in lab.cloud.world().instances),
        ) &&
        status.addresses.every(
          ({ ip, holds, holders }) =>
            holders.length === 1 && truth[ip]?.length === 1 && holds === truth[ip].includes(name),
        ),
    );
  };
  const what = "both agents are well, hear each other and know who holds";
  await until(what, isCalm, 60_000).catch(async (error) => {
    await tellJournals(lab);
    assert.fail(`${error.message}\n${await accountOf(bench)}`);
  });
  await lab.settled();
  assert.deepEqual(attached(lab), await holdersOf(lab));
  assert.deepEqual(troubles, []);
}

/** What stands in the way, in few lines: what a failed test says is often all that one gets. */
async function accountOf({ lab, troubles }: Bench): Promise<string> {
  const said = lab.stack.nodes.map(async ({ name }) => {
    const journal = await lab.fabric.journal(lab.instance(name).id).catch(String);
    const lines = journal.split("\n").filter((line) => line.includes(" baton["));
    return lines.slice(-8).join("\n");
  });
  const views = (await nodeViews(lab)).map((view) => JSON.stringify(view));
  const holders = JSON.stringify(await holdersOf(lab));
  return [`holders: ${holders}`, ...troubles, ...views, ...(await Promise.all(said))].join("\n");
}

/** Who holds each address, by the router's kernel. */
async function holdersOf(lab: Lab): Promise<Readonly<Record<string, readonly string[]>>> {
  const all = lab.addresses().map(async (ip) => [ip, await lab.holders(ip)] as const);
  return Object.fromEntries(await Promise.all(all));
}

/** The same by the cloud's own books. */
function attached(lab: Lab): Readonly<Record<string, readonly string[]>> {
  const { elasticIps, instances } = lab.cloud.world();
  const holders = (id: string) =>
    Object.values(instances)
      .filter((one) => one.elasticIps.includes(id))
      .map((one) => lab.hostOf(one.id));
  return Object.fromEntries(Object.values(elasticIps).map(({ id, ip }) => [ip, holders(id)]));
}
