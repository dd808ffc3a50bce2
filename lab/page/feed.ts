/** Shows a real lab to the page: what router, cloud, agents and client see. */
import type { Lab } from "../lab.ts";
import type { CloudEvent } from "../model/exoscale/cloud.ts";
import { nodeViews } from "../view/observe.ts";
import { viewOf } from "./narrate.ts";
import type { Teller, Ways } from "./teller.ts";

const sceneMs = 500;
const agentsMs = 1000;

/** Looks at the lab again and again; gives what ends it. */
export async function feedPage(lab: Lab, teller: Teller): Promise<() => Promise<void>> {
  const { election } = lab.stack;
  const beats = async (port: number) =>
    lab.fabric.watchBeats(port, ({ from, to, arrived }) =>
      teller.beat(lab.hostOf(from), lab.hostOf(to), arrived),
    );
  const ends = [
    ...(election.method === "heartbeat" ? [await beats(election.port)] : []),
    repeated(sceneMs, () => scene(lab, teller)),
    repeated(sceneMs, () => teller.traffic(() => ways(lab))),
    repeated(agentsMs, () => agents(lab, teller)),
  ];
  return async () => {
    await Promise.all(ends.map((end) => end()));
  };
}

/** A change of who holds goes to the page; all else that the cloud does is not for it. */
export function tellOfCloud(lab: Lab, teller: Teller, event: CloudEvent): void {
  if (event.kind !== "began" && event.kind !== "ended") return;
  const { change, state } = event.operation;
  if (change.kind !== "attach" && change.kind !== "detach") return;
  const ip = lab.cloud.world().elasticIps[change.elasticIp]?.ip ?? change.elasticIp;
  const now = event.kind === "began" ? "begun" : state;
  teller.move(change.kind, ip, lab.hostOf(change.instance), now);
}

async function scene(lab: Lab, teller: Teller): Promise<void> {
  const all = lab.addresses().map(async (ip) => [ip, await lab.holders(ip)] as const);
  const holders = Object.fromEntries(await Promise.all(all));
  const hosts = [...lab.stack.nodes, ...lab.stack.appServers];
  const off = hosts.filter(({ name }) => !lab.isOn(name));
  teller.scene(
    holders,
    off.map(({ name }) => name),
  );
}

async function agents(lab: Lab, teller: Teller): Promise<void> {
  for (const { name, status } of await nodeViews(lab)) {
    const moves = status?.moves.flatMap((move) => (move.kind === "moved" ? [move] : [])) ?? [];
    const sight = status && { view: viewOf(status), calls: status.api.calls, moves };
    teller.agent(name, sight ?? null);
  }
}

async function ways({ fabric, hostOf }: Lab): Promise<Ways> {
  const flows = await fabric.flows();
  return (port) => {
    const id = flows.get(port);
    return id === undefined ? "nobody" : hostOf(id);
  };
}

/** Runs again and again, each time a while after the last has ended. */
function repeated(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let running: Promise<void> = Promise.resolve();
  const turn = (): void => {
    // A host that is being made or deleted is not there to be asked: the next look tells.
    running = work()
      .catch(() => {})
      .then(() => {
        if (!isOver) timer = setTimeout(turn, everyMs);
      });
  };
  turn();
  return async () => {
    isOver = true;
    clearTimeout(timer);
    await running;
  };
}
