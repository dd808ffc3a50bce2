/**
 * `npm start -- [STACK FILE] [--once]`: installs what is missing, then stands the stack up in the
 * lab and fails it over. Only the lab's own process needs root. `--simulate`, and a machine that
 * cannot run the lab, show the same page over the simulator's nodes.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { runToItsEnd } from "./patient.js";
import {
  labPrograms,
  node,
  onPath,
  prepareFolder,
  prepareGo,
  prepareNpm,
  preparePackages,
  root,
  run,
  say,
  sudo,
  surroundings,
} from "./prepare.js";

prepareNpm();
const given = process.argv.slice(2);
if (given.includes("--simulate")) await simulate();
if (process.platform !== "linux") {
  say("the lab boots Linux hosts and makes network namespaces; this is not Linux");
  await simulate();
}
if (process.getuid?.() !== 0 && !onPath("sudo")) {
  say("the lab makes network namespaces, mounts and cgroups: only root may, and sudo is not here");
  await simulate();
}
preparePackages(labPrograms, "the lab runs these programs for real");
prepareGo("the lab runs Pulumi for real, and it is built from its Go modules");

/** A stack file is meant from where the command was typed. */
const from = process.env.INIT_CWD ?? process.cwd();
const args = given.map((arg) => (/\.ya?ml$/.test(arg) && !isAbsolute(arg) ? join(from, arg) : arg));
const lab = [node, join(root, "cli/lab-process.ts"), ...args];

if (process.getuid?.() === 0) await begin(lab);
else {
  say("the lab makes network namespaces, mounts and cgroups: its process runs by sudo");
  // What root makes first is root's, and this user and other programs write there later.
  prepareFolder(join(homedir(), ".cache"));
  const quiet = { stdio: ["ignore", "ignore", "inherit"] };
  run(node, [join(root, "cli/build-agent.ts")], "the agent's build", quiet);
  // A Pulumi or a Go of the user's own is rarely in a folder that sudo looks into.
  const found = ["env", `PATH=${process.env.PATH}`, ...lab, "--until-stdin-ends"];
  await begin([...sudo("HOME", "TERM"), ...found], "pipe");
}

/** Shows the simulator's nodes instead and ends; a run that is to judge has nothing to judge there. */
async function simulate() {
  if (given.includes("--once")) {
    say("--once wants the lab itself: run it as root, on a Linux machine where that is no risk");
    process.exit(1);
  }
  await begin([node, join(root, "test/simulation/live/main.ts")]);
  process.exit();
}

async function begin([command, ...rest], stdin = "inherit") {
  const options = { cwd: root, env: surroundings(), stdio: [stdin, "inherit", "inherit"] };
  process.exitCode = await runToItsEnd(command, rest, options).catch((error) => {
    say(`${command} cannot run: ${error.message}`);
    return 1;
  });
}
