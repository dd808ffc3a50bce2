/** `baton handover` and `baton maintenance`: planned moves, with the outage that they were. */
import { Argument, type Command } from "commander";
import { progressOn, screenFor } from "../../lab/view/progress.ts";
import type { CloudAddress, CloudHost, Seen } from "../../operate/cloud.ts";
import {
  listed,
  type Move,
  type MoveRequest,
  move,
  obeyed,
  type Ports,
  takers,
} from "../../operate/move.ts";
import type { Remote } from "../../operate/remote.ts";
import { nodesIn, type Snapshot, takeSnapshot } from "../../operate/snapshot.ts";
import { failedWords, type Outage } from "../../operate/traffic.ts";
import { exitCodes, fail } from "../failure.ts";
import { clean } from "../terminal.ts";
import { alone } from "./alone.ts";
import {
  atDesk,
  clientUrl,
  type Desk,
  type DeskOptions,
  instanceOf,
  nodeNamed,
  openDesk,
  told,
} from "./desk.ts";

type Options = DeskOptions & {
  readonly json?: boolean;
  readonly url?: string;
  readonly measure: boolean;
};

const measuring = (command: Command): Command =>
  command
    .argument("<node>", "load balancer")
    .addOption(clientUrl())
    .option("--no-measure", "without a client")
    .option("--json", "the result as JSON");

export const addHandover = (command: Command): Command =>
  measuring(atDesk(command))
    .description("Let a load balancer hand its addresses to another one, and measure the outage.")
    .addHelpText("after", codes)
    .action(handover);

export const addMaintenance = (command: Command): Command =>
  measuring(atDesk(command))
    .addArgument(new Argument("<state>", "whether it keeps out").choices(["on", "off"]))
    .description("Take a load balancer out of the election, or back; its addresses move first.")
    .addHelpText("after", codes)
    .action(maintenance);

const codes = `
Exit codes: 0 done and every request answered, 1 it could not be done, 2 usage, 3 requests failed.`;

/** Steps go to standard error, so that standard output is the result alone. */
export const { step, say } = progressOn(
  screenFor((text) => void process.stderr.write(text), process.stderr, process.env.TERM),
);

type Scene = { readonly snapshot: Snapshot; readonly seen: Seen; readonly host: CloudHost };

/** How all is before anything is touched. @throws Failure when the node cannot be told anything */
async function sceneOf(desk: Desk, node: string): Promise<Scene> {
  const snapshot = await told(desk.file, () =>
    step("cloud and agents are asked", () => takeSnapshot(desk.stack, desk)),
  );
  const seen = nodesIn(snapshot);
  const host = instanceOf(desk, seen, node);
  const agent = snapshot.hosts.find(({ name }) => name === node)?.agent;
  if (agent?.kind === "answers") return { snapshot, seen, host };
  const [what, fix] =
    agent?.kind === "unreachable" ? ["was not asked", agent.fix] : ["has no agent that answers"];
  return fail(
    desk.file,
    `${node} ${what}: ${agent?.why}`,
    `nothing was touched; ${fix ?? "`npx baton status` tells more"}`,
  );
}

/** @throws Failure where nobody is well beside the node */
function mustBeSpared(desk: Desk, { snapshot, seen }: Scene, node: string): void {
  if (takers(snapshot, node).length > 0) return;
  const held = heldBy(seen, node);
  fail(
    desk.file,
    `no other load balancer is seen to be well, and ${
      held.length > 0 ? `${node} holds ${listed(held)}` : `none could take ${node}'s place`
    }`,
    "nothing was touched; `npx baton status` tells what is wrong with the others",
  );
}

async function handover(file: string, node: string, options: Options): Promise<void> {
  const desk = openDesk(file, options);
  nodeNamed(desk, node);
  await alone(desk, () => handOver(desk, node, options));
}

async function handOver(desk: Desk, node: string, options: Options): Promise<void> {
  const { file } = desk;
  const scene = await sceneOf(desk, node);
  const addresses = heldBy(scene.seen, node);
  if (addresses.length === 0) {
    const held = scene.seen.addresses.map(
      (one) => `${listed([one])} is held by ${one.holders.join(" and ") || "nobody"}`,
    );
    return fail(file, `${node} holds no address`, `nothing was touched; ${held.join(", ")}`);
  }
  mustBeSpared(desk, scene, node);
  const moves = await moved(desk, scene, { what: "handover", addresses, options });
  tell({ node, moves }, linesOf(moves), options);
}

const heldBy = ({ addresses }: Seen, node: string): readonly CloudAddress[] =>
  addresses.filter(({ holders }) => holders.includes(node));

async function maintenance(
  file: string,
  node: string,
  state: "on" | "off",
  options: Options,
): Promise<void> {
  const desk = openDesk(file, options);
  nodeNamed(desk, node);
  await alone(desk, () => keepOut(desk, node, state, options));
}

async function keepOut(
  desk: Desk,
  node: string,
  state: "on" | "off",
  options: Options,
): Promise<void> {
  const scene = await sceneOf(desk, node);
  const what = `maintenance ${state}` as const;
  const addresses = state === "on" ? heldBy(scene.seen, node) : wouldReturn(desk, scene.seen, node);
  if (state === "on") mustBeSpared(desk, scene, node);
  if (addresses.length === 0) {
    await ordering(desk, (ports) =>
      step(`${node}: ${what}`, () => obeyed(ports, { stack: desk.stack, host: scene.host, what })),
    );
    const lines = [`${node}: ${what}; no address moves`];
    return tell({ node, maintenance: state, moves: [] }, lines, options);
  }
  const moves = await moved(desk, scene, { what, addresses, options });
  tell({ node, maintenance: state, moves }, linesOf(moves), options);
}

type Wanted = Pick<MoveRequest, "what" | "addresses"> & { readonly options: Options };

async function moved(desk: Desk, { seen, host }: Scene, { what, addresses, options }: Wanted) {
  const url = options.measure ? options.url : (false as const);
  const request = { stack: desk.stack, seen, host, addresses, what, url };
  return ordering(desk, (ports) => move(ports, request, step));
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal ends the waiting alone: an order that was given is carried out by the agents. */
async function ordering<Value>(desk: Desk, work: (ports: Ports) => Promise<Value>): Promise<Value> {
  let isGiven = false;
  const remote: Remote = (...order) => {
    isGiven = true;
    return desk.remote(...order);
  };
  const cutOff = (): never => {
    const goesOn = "what was ordered by now goes on by itself; `npx baton status` shows it";
    say(`\ncut off: ${isGiven ? goesOn : "nothing was ordered yet"}`);
    process.exit(exitCodes.interrupted);
  };
  for (const signal of signals) process.once(signal, cutOff);
  try {
    return await told(desk.file, () => work({ cloud: desk.cloud, remote }));
  } finally {
    for (const signal of signals) process.off(signal, cutOff);
  }
}

/** The addresses that a node takes back as soon as it may. */
const wouldReturn = ({ stack }: Desk, { addresses }: Seen, node: string) =>
  addresses.filter(({ name, holders }) => {
    const ranks = stack.addresses.find((one) => one.name === name)?.ranks;
    return stack.election.preempt && ranks?.[node] === 0 && !holders.includes(node);
  });

const linesOf = (moves: readonly Move[]): readonly string[] =>
  moves.map(({ address, from, to, tookMs, outage }) => {
    const seconds = (tookMs / 1000).toFixed(1);
    return clean(`${address} went from ${from} to ${to} in ${seconds} s; ${outageWords(outage)}`);
  });

function tell<Result extends { readonly moves: readonly Move[] }>(
  result: Result,
  lines: readonly string[],
  options: Options,
): void {
  print(result, lines.join("\n"), options);
  const failed = result.moves.some(({ outage }) => outage !== undefined && outage.failed > 0);
  process.exitCode = failed ? exitCodes.unwell : exitCodes.fine;
}

/** What a client saw, in words. */
export function outageWords(outage: Outage | undefined): string {
  if (outage === undefined) return "no client measured it";
  const { sent, failed, cutShort, longestMs } = outage;
  const cut = cutShort === 0 ? "" : `, ${cutShort} that were open were cut short`;
  return failed === 0
    ? `all of ${sent} new requests were answered${cut}`
    : `${failedWords(outage)}, the longest outage took ${(longestMs / 1000).toFixed(1)} s${cut}`;
}

export function print(value: object, text: string, { json }: { readonly json?: boolean }): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
