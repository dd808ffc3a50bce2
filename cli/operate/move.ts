/** `baton handover` and `baton maintenance`: planned moves, with the outage that they were. */
import { Argument, type Command } from "commander";
import { progressOn, screenFor } from "../../lab/view/progress.ts";
import type { CloudAddress, CloudHost, Seen } from "../../operate/cloud.ts";
import { type Move, move, order, takers } from "../../operate/move.ts";
import { type Snapshot, takeSnapshot } from "../../operate/snapshot.ts";
import type { Outage } from "../../operate/traffic.ts";
import { until } from "../../operate/wait.ts";
import { exitCodes, fail } from "../failure.ts";
import {
  atDesk,
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
    .option("--url <url>", "what the client asks; else the first http service")
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
    .description("Take a load balancer out of the election, or back; its address moves first.")
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
  nodeNamed(desk, node);
  const snapshot = await told(desk.file, () =>
    step("cloud and agents are asked", () => takeSnapshot(desk.stack, desk)),
  );
  const hosts = snapshot.hosts.flatMap(({ instance }) => instance ?? []);
  const seen = { hosts, addresses: snapshot.addresses };
  const host = instanceOf(desk, seen, node);
  const agent = snapshot.hosts.find(({ name }) => name === node)?.agent;
  if (agent?.kind === "answers") return { snapshot, seen, host };
  return fail(
    desk.file,
    `${node} ${agent?.kind === "silent" ? "has no agent that answers" : "is not reached over SSH"}: ${agent?.why}`,
    "nothing was touched; `baton status` tells more",
  );
}

/** @throws Failure where nobody is well beside the node */
function mustBeTakeable(desk: Desk, snapshot: Snapshot, node: string): void {
  if (takers(snapshot, node).length > 0) return;
  fail(
    desk.file,
    `no other load balancer is seen to be well, and ${node} holds the address`,
    "nothing was touched; `baton status` tells what is wrong with the others",
  );
}

async function handover(file: string, node: string, options: Options): Promise<void> {
  const desk = openDesk(file, options);
  const { snapshot, seen, host } = await sceneOf(desk, node);
  const address = heldBy(seen, node);
  if (address === undefined) {
    const holders = seen.addresses.flatMap(({ ip, holders: by }) => `${ip}: ${by.join(" and ")}`);
    return fail(file, `${node} holds no address`, `nothing was touched; ${holders.join(", ")}`);
  }
  mustBeTakeable(desk, snapshot, node);
  const { stack } = desk;
  const what = "handover";
  const request = { stack, seen, host, address, what, url: urlIn(options) } as const;
  finish(await told(file, () => move(desk, request, step)), options);
}

const urlIn = ({ measure, url }: Options): string | false | undefined => (measure ? url : false);

const heldBy = ({ addresses }: Seen, node: string): CloudAddress | undefined =>
  addresses.find(({ holders }) => holders.includes(node));

async function maintenance(
  file: string,
  node: string,
  state: "on" | "off",
  options: Options,
): Promise<void> {
  const desk = openDesk(file, options);
  const { snapshot, seen, host } = await sceneOf(desk, node);
  const what = `maintenance ${state}` as const;
  const address = state === "on" ? heldBy(seen, node) : wouldReturn(desk, seen, node);
  if (address === undefined) {
    await told(file, () => step(`${node}: ${what}`, () => obeyed(desk, host, what)));
    return print({ node, maintenance: state }, `${node}: ${what}; no address moves`, options);
  }
  if (state === "on") mustBeTakeable(desk, snapshot, node);
  const { stack } = desk;
  const request = { stack, seen, host, address, what, url: urlIn(options) };
  finish(await told(file, () => move(desk, request, step)), options);
}

/** The address that a node takes back as soon as it may. */
const wouldReturn = ({ stack }: Desk, { addresses }: Seen, node: string) =>
  stack.election.preempt
    ? addresses.find(({ name, holders }) => {
        const ranks = stack.addresses.find((one) => one.name === name)?.ranks;
        return ranks?.[node] === 0 && !holders.includes(node);
      })
    : undefined;

/** Gives the order, and waits until the agent says that it is so. */
async function obeyed(desk: Desk, host: CloudHost, what: `maintenance ${"on" | "off"}`) {
  await order(desk.remote, host, what);
  const wanted = what === "maintenance on";
  await until(async () => {
    const { hosts } = await takeSnapshot(desk.stack, desk);
    const agent = hosts.find(({ name }) => name === host.host)?.agent;
    return (agent?.kind === "answers" && agent.status.maintenance === wanted) || undefined;
  }, 10_000);
}

function finish(moved: Move, options: Options): void {
  const { address, from, to, tookMs, outage } = moved;
  const line = `${address} went from ${from} to ${to} in ${(tookMs / 1000).toFixed(1)} s; `;
  print(moved, line + outageWords(outage), options);
  process.exitCode = outage !== undefined && outage.failed > 0 ? exitCodes.unwell : exitCodes.fine;
}

/** What a client saw, in words. */
export function outageWords(outage: Outage | undefined): string {
  if (outage === undefined) return "no client measured it";
  const { sent, failed, cutShort, longestMs } = outage;
  const cut = cutShort === 0 ? "" : `, ${cutShort} that were open were cut short`;
  return failed === 0
    ? `all of ${sent} new requests were answered${cut}`
    : `${failed} of ${sent} requests failed, the longest outage took ${(longestMs / 1000).toFixed(1)} s${cut}`;
}

export function print(value: object, text: string, { json }: { readonly json?: boolean }): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
