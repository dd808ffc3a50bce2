/** What an onlooker can know of a running lab: the fabric's truth, and what each agent says. */
import type { Status } from "../../agent/status/status.ts";
import type { Lab } from "../lab.ts";

export type NodeView = {
  readonly name: string;
  /** Off, too, while the cloud has no instance of it, as between delete and create of an update. */
  readonly isOn: boolean;
  /** Undefined while its agent does not answer. */
  readonly status: Status | undefined;
};

/** Where the agent answers on a host. */
const socket = "/run/baton/status.sock";

/** Asks a host's agent; undefined when host or agent is not there to answer. */
async function agentStatus(lab: Lab, host: string): Promise<Status | undefined> {
  if (!lab.isOn(host)) return undefined;
  const { id } = lab.instance(host);
  const argv = ["curl", "--silent", "--fail", "--max-time", "1", "--unix-socket", socket];
  const asked = lab.fabric.exec(id, [...argv, "http://agent/status"]).catch(() => undefined);
  // A frozen host runs no command at all, and keeps the one that asks.
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, 1500, undefined).unref());
  const outcome = await Promise.race([asked, late]);
  if (outcome === undefined || outcome.code !== 0) return undefined;
  return JSON.parse(outcome.stdout);
}

export async function nodeViews(lab: Lab): Promise<readonly NodeView[]> {
  return Promise.all(
    lab.stack.nodes.map(async ({ name }) => {
      const isOn = lab.isOn(name);
      return { name, isOn, status: await agentStatus(lab, name) };
    }),
  );
}
