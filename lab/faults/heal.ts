/** Undoes all that verbs can bring about: each by itself, so that one that fails keeps no other. */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import type { Lab } from "../lab.ts";
import type { Instance } from "../model/exoscale/world.ts";
import { mendApi } from "./api.ts";
import type { Around } from "./verbs.ts";

/** @throws WorldFailure that tells what could not be undone, after all else was */
export async function heal({ lab, undo }: Around): Promise<undefined> {
  const failures: string[] = [];
  const attempt = async (what: string, work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : error}`);
    }
  };
  mendApi(lab);
  for (const [name, back] of undo)
    await attempt(name, async () => {
      await back();
      undo.delete(name);
    });
  const all = Object.values(lab.cloud.world().instances);
  const { fabric } = lab;
  for (const { id } of all) {
    const name = lab.hostOf(id);
    await attempt(`API of ${name}`, () => fabric.cutFromApi(id, false));
    await attempt(`metadata of ${name}`, () => fabric.cutFromMetadata(id, false));
    await attempt(`packets of ${name}`, () => fabric.impair(id, {}));
    for (const end of ["client", ...all.map((other) => other.id)])
      if (end !== id) await attempt(`cuts of ${name}`, () => fabric.mend(id, end));
  }
  await Promise.all(all.map((one) => attempt(lab.hostOf(one.id), () => revived(lab, one))));
  if (failures.length === 0) return undefined;
  throw new WorldFailure(
    `not all is undone: ${failures.join("; ")}`,
    "`heal` again tries the rest",
  );
}

/** Thaws a host or switches it on, and has its agent take part again. */
async function revived(lab: Lab, { id, state }: Instance): Promise<void> {
  if (lab.fabric.isOn(id)) await lab.fabric.freeze(id, false);
  else if (state === "stopped") await lab.owner.start(id);
  else await lab.fabric.startHost(id);
  const isNode = lab.stack.nodes.some(({ name }) => name === lab.hostOf(id));
  if (isNode) await withAgent(lab, id);
}

const takePart = "systemctl start baton && baton-agent maintenance off";

/** A host that has just been switched on takes a while until its agent answers. */
async function withAgent({ fabric }: Lab, id: string, timeoutMs = 30_000): Promise<void> {
  const begun = Date.now();
  for (;;) {
    const { code, stderr } = await fabric
      .exec(id, ["sh", "-c", takePart])
      .catch((error: Error) => ({ code: 1, stderr: error.message }));
    if (code === 0) return;
    if (Date.now() - begun > timeoutMs)
      throw new WorldFailure(`its agent does not take part: ${stderr.trim()}`, "see its journal");
    await pause(500);
  }
}
