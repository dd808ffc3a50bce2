/** The failover that a run performs, and what is said of it. */
import { setTimeout as pause } from "node:timers/promises";
import { isShared } from "../../stack/stack.ts";
import { answerTimeoutMs, type Traffic } from "../client/client.ts";
import type { Lab } from "../lab.ts";
import { movesSince } from "../ordeal/moves.ts";
import { faultsOfOrdeal, isCutShort, type Ordeal, runOrdeal } from "../ordeal/ordeal.ts";
import { timeLine } from "../ordeal/show.ts";
import type { Progress } from "../view/progress.ts";
import { untilBooted, untilHeld } from "./stand-up.ts";
import { unless } from "./unless.ts";

/**
 * Cuts the power of the holder of the first address, and judges what came of it for every address.
 * @returns whether all was as it should be
 */
export async function failOver(
  lab: Lab,
  traffic: readonly Traffic[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<boolean> {
  const [address = ""] = lab.addresses();
  const [victim = ""] = await lab.holders(address);
  if (lab.stack.nodes.length < 2) {
    progress.say("one load balancer alone cannot fail over");
    return true;
  }
  const { id } = lab.instance(victim);
  const fault = `${victim} loses its power`;
  const force = () => lab.fabric.powerOff(id);
  const ordeals = await progress.step(fault, () =>
    runOrdeal(lab, traffic, { victim, force, ...(signal && { signal }) }),
  );
  for (const ordeal of ordeals) {
    if (ordeals.length > 1) progress.say(`${ordeal.address}:`);
    progress.say(timeLine(ordeal, samplesOf(traffic, ordeal), fault));
  }
  const bootedAt = Date.now();
  await progress.step(`${victim} boots again`, async () => {
    await lab.fabric.startHost(id);
    await unless(signal, untilBooted(lab, id));
    for (const { address: each } of ordeals) await untilHeld(lab, each, signal);
    // What its coming back may have broken is known by now.
    await pause(2 * answerTimeoutMs, undefined, { ...(signal && { signal }) });
  });
  return tell(lab, traffic, ordeals, progress, bootedAt);
}

const samplesOf = (traffic: readonly Traffic[], { address }: Ordeal) =>
  traffic.find((one) => one.address === address)?.client.samples() ?? [];

function tell(
  lab: Lab,
  traffic: readonly Traffic[],
  ordeals: readonly Ordeal[],
  progress: Progress,
  bootedAt: number,
): boolean {
  // Where several hold, one that comes back takes its share: the cloud spreads connections anew.
  const joins = movesSince(lab, bootedAt).filter(({ kind }) => kind === "attach");
  const wrong = ordeals.flatMap((ordeal) => {
    const { address, holders } = ordeal;
    const all = samplesOf(traffic, ordeal);
    const own = joins.filter((join) => join.address === address && isShared(lab.stack.election));
    const cut = all.filter((one) => isCutShort(one, own));
    if (cut.length > 0)
      progress.say(`${address}: ${cut.length} connections under way were cut as another joined`);
    const faults = faultsOfOrdeal(
      ordeal,
      all.filter((one) => !cut.includes(one)),
    );
    const held = `${address} is held by ${holders.join(" and ")}`;
    if (faults.length === 0) progress.say(`✓ ${held}; no request failed but for the fault`);
    return faults;
  });
  for (const one of wrong) progress.say(`✗ ${one}`);
  return wrong.length === 0;
}
