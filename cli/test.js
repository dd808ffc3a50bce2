/** `npm test`: installs what is missing, then checks types, style and behaviour. */
import {
  node,
  prepareEngine,
  prepareNpm,
  prepareOutsiders,
  preparePackages,
  run,
  say,
  validators,
} from "./prepare.js";

const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : ["test/**/*.test.ts", "test/**/*.engine.ts"];

prepareNpm();
preparePackages(validators, "the tests run these tools for real");
if (files.some((file) => file.endsWith(".engine.ts"))) prepareEngine();
// A part of the tests that needs the cloud's official clients makes them ready itself.
if (chosen.length === 0) prepareOutsiders();
say("types …");
// The agent's own projects have less to lean on: its core and wire know no Node at all. The page's
// know a browser.
for (const project of [".", "agent", "agent/core", "agent/wire", "lab/page/web"]) {
  run("tsc", ["--project", project], "tsc");
}
say("style …");
run("biome", ["check", "--error-on-warnings"], "biome");
say("behaviour …");
const reporters = ["spec", "./test/slowest.ts"].flatMap((reporter) => [
  `--test-reporter=${reporter}`,
  "--test-reporter-destination=stdout",
]);
run(node, ["--test", ...reporters, ...files], "the tests");
