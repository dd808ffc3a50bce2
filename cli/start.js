/**
 * `npm start -- [STACK FILE] [--once]`: installs what is missing, then stands the stack up in the
 * lab and fails it over. Only the lab's own process needs root.
 */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { runToItsEnd } from "./patient.js";
import {
  labPrograms,
  node,
  onPath,
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
if (process.platform !== "linux") {
  say("the lab boots Linux hosts and makes network namespaces; this is not Linux");
  say(
    "what works everywhere: npx baton init stack.yaml, npx baton gen-cloud-init stack.yaml --all",
  );
  process.exit(1);
}
preparePackages(labPrograms, "the lab runs these programs for real");
prepareGo("the lab runs Pulumi for real, and it is built from its Go modules");

/** A stack file is meant from where the command was typed. */
const from = process.env.INIT_CWD ?? process.cwd();
const given = process.argv.slice(2);
const args = given.map((arg) => (/\.ya?ml$/.test(arg) && !isAbsolute(arg) ? join(from, arg) : arg));
const lab = [node, join(root, "cli/lab-process.ts"), ...args];

if (process.getuid?.() === 0) await begin(lab);
else if (onPath("sudo")) {
  say("the lab makes network namespaces, mounts and cgroups: its process runs by sudo");
  // What root makes first is root's, and this user and other programs write there later.
  mkdirSync(join(homedir(), ".cache"), { recursive: true });
  const quiet = { stdio: ["ignore", "ignore", "inherit"] };
  run(node, [join(root, "cli/build-agent.ts")], "the agent's build", quiet);
  // A Pulumi or a Go of the user's own is rarely in a folder that sudo looks into.
  const found = ["env", `PATH=${process.env.PATH}`, ...lab, "--until-stdin-ends"];
  await begin([...sudo("HOME", "TERM"), ...found], "pipe");
} else {
  say(
    "the lab makes network namespaces, mounts and cgroups, which only root may; sudo is not here",
  );
  say("run `npm start` as root, on a machine where that is no risk");
  process.exit(1);
}

async function begin([command, ...rest], stdin = "inherit") {
  const options = { cwd: root, env: surroundings(), stdio: [stdin, "inherit", "inherit"] };
  process.exitCode = await runToItsEnd(command, rest, options).catch((error) => {
    say(`${command} cannot run: ${error.message}`);
    return 1;
  });
}
