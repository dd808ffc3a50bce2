/** `baton roll`: new user-data, a new image or a new agent on every load balancer, without an outage. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { beginClients, endClients, stopClients } from "../../operate/clients.ts";
import { listed } from "../../operate/move.ts";
import { stateFolder } from "../../operate/remote.ts";
import { type Engine, pulumi } from "../../operate/roll/engine.ts";
import { marksIn } from "../../operate/roll/mark.ts";
import { turnsOf } from "../../operate/roll/plan.ts";
import { type Rolled, resume, roll } from "../../operate/roll/roll.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import { exitCodes, fail, UsageError } from "../failure.ts";
import { alone } from "./alone.ts";
import { atDesk, clientUrl, type Desk, type DeskOptions, openDesk, told } from "./desk.ts";
import { interruptible } from "./interrupt.ts";
import { outageWords, print, say, step } from "./move.ts";

type Options = DeskOptions & {
  readonly url?: string;
  readonly measure: boolean;
  readonly json?: boolean;
  readonly configFile?: string;
  readonly patience: string;
};

/** Where Pulumi.yaml is, from which the paths in its config start. */
const project = fileURLToPath(new URL("../..", import.meta.url));

export const addRoll = (command: Command): Command =>
  atDesk(command)
    .description("Replace the load balancers that are not what the stack file says, one at a time.")
    .addOption(clientUrl())
    .option("--no-measure", "without a client")
    .addOption(
      new Option("--config-file <file>", "its config, where it lies elsewhere").env(
        "BATON_PULUMI_CONFIG_FILE",
      ),
    )
    .option("--patience <seconds>", "how long one may take until it is well again", "600")
    .option("--json", "the result as JSON")
    .addHelpText("after", help)
    .action(rollAll);

const help = `
App servers stay as they are. Ctrl-C ends it between two steps; the next run goes on from there.

Exit codes: 0 all are as the stack file says, 1 it could not go on, 2 usage, 3 requests failed,
130 interrupted.`;

async function rollAll(file: string, options: Options): Promise<void> {
  const patienceMs = Number(options.patience) * 1000;
  if (!(patienceMs > 0)) throw new UsageError("--patience takes seconds");
  const desk = openDesk(file, options);
  await alone(desk, () => rollFrom(desk, patienceMs, options));
}

async function rollFrom(desk: Desk, patienceMs: number, options: Options): Promise<void> {
  const { file, stack } = desk;
  const engine = pulumi(project, options.configFile);
  await told(file, () => mustBeOf(desk, engine));
  const signal = interruptible(() =>
    say("\nending after this step; `npx baton roll` goes on from here"),
  );
  const marks = marksIn(stateFolder(process.env), stack.name);
  const turn = { stack, engine, marks, signal, step };
  const seen = await told(file, () =>
    step("cloud and agents are asked", () => takeSnapshot(stack, desk)),
  );
  const snapshot = await told(file, () => resume(desk, turn, seen));
  const turns = told(file, () => turnsOf(stack, snapshot));
  const rolled: Rolled[] = [];
  const onRolled = (one: Rolled): void => void rolled.push(one);
  let left: string | undefined;
  const outages = await told(file, async () => {
    const { addresses } = snapshot;
    const clients = await beginClients(stack, addresses, options.measure ? options.url : false);
    try {
      left = await roll(desk, { ...turn, snapshot, patienceMs, onRolled });
      const seen = await endClients(clients);
      return addresses.map((one) => ({ address: listed([one]), outage: seen.get(one.name) }));
    } finally {
      await stopClients(clients);
    }
  });
  const lines = rolled.map(({ node, replaced, tookMs }) =>
    replaced ? `${node}: replaced in ${Math.round(tookMs / 1000)} s` : `${node}: as it should be`,
  );
  const asked = outages.map(({ address, outage }) => `${address}: ${outageWords(outage)}`);
  print({ rolled, outages, left }, [...lines, ...asked].join("\n"), options);
  if (rolled.length < turns.length) {
    say(cutOff(left));
    process.exitCode = exitCodes.interrupted;
  } else if (outages.some(({ outage }) => outage && outage.failed > 0))
    process.exitCode = exitCodes.unwell;
}

/** How an interrupted roll has left the stack. */
const cutOff = (left: string | undefined): string =>
  left === undefined
    ? "cut off between two load balancers: nobody is out by a roll; `npx baton roll` goes on"
    : `cut off while ${left} is not back, or not heard by all: \`pulumi up\` holds the others as ` +
      "they are, since `baton:replace` names it; `npx baton roll` goes on";

/** @throws Failure where the Pulumi stack is made of another stack file */
async function mustBeOf({ file }: Desk, engine: Engine): Promise<void> {
  const named = await engine.stackFile();
  if (resolve(project, named) === resolve(file)) return;
  fail(
    file,
    `the Pulumi stack is made of ${named}`,
    "nothing was touched; `pulumi stack select NAME`, or PULUMI_STACK=NAME",
  );
}
