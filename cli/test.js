/** `npm test`: installs what is missing, then checks types, style and behaviour. */
import { node, prepareGo, prepareNpm, preparePackages, run, say, validators } from "./prepare.js";

const chosen = process.argv.slice(2);

prepareNpm();
preparePackages(validators, "the tests run these tools for real");
// A part of the tests that needs the cloud's official clients makes them ready itself.
if (chosen.length === 0) {
  if (!process.env.BATON_WITHOUT_OUTSIDERS) prepareGo();
  run(node, ["test/outsiders/prepare.ts"], "the official clients' preparation");
}
say("types …");
// The agent's own projects have less to lean on: its core and wire know no Node at all.
for (const project of [".", "agent", "agent/core", "agent/wire"]) {
  run("tsc", ["--project", project], "tsc");
}
say("style …");
run("biome", ["check", "--error-on-warnings"], "biome");
say("behaviour …");
run(node, ["--test", ...(chosen.length > 0 ? chosen : ["test/**/*.test.ts"])], "the tests");
