/** `npm start`: installs what is missing, renders the example stack into out/, shows what was made. */
import { randomBytes } from "node:crypto";
import { node, prepareNpm, root, run, say } from "./prepare.js";

prepareNpm();
const stack = process.argv[2] ?? "examples/exoscale-elastic-ip-article.yaml";
say(`rendering every host of ${stack} into out/ …`);
say("secrets are throw-away ones, and the agent in it is a test fixture: look, do not deploy");

// What is set stays; an example needs no account.
const throwAway = () => randomBytes(32).toString("base64url");
const env = {
  BATON_SECRET: throwAway(),
  BATON_AGENT_KEY: `EXO${throwAway().slice(0, 24)}`,
  BATON_AGENT_SECRET: throwAway(),
  ...process.env,
};
const args = [
  "gen-cloud-init",
  stack,
  "--all",
  "--out",
  "out",
  "--agent-bundle",
  "test/fixtures/agent-bundle.js",
];
run(node, ["cli/main.ts", ...args], "gen-cloud-init", { env });

say("look into out/, or ask why each file is there:");
process.stderr.write(
  `  npx baton gen-cloud-init ${stack} --host lb1 --explain --agent-bundle test/fixtures/agent-bundle.js\n`,
);
say(`your own stack: npx baton init stack.yaml; the guide is ${root}docs/getting-started.md`);
