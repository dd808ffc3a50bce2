#!/usr/bin/env node
/** The commands `baton` and `gen-cloud-init`: hands over to the Node that the project brings. */
import { existsSync } from "node:fs";
import * as module from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { runToItsEnd } from "./patient.js";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const node = at("../node_modules/node/bin/node");
const command = basename(process.argv[1] ?? "").replace(/\.js$/, "");
const args = [...(command === "gen-cloud-init" ? [command] : []), ...process.argv.slice(2)];

// Node keeps what it compiled, which halves the start; where it cannot write, it just does not.
process.env.NODE_COMPILE_CACHE ??= at("../node_modules/.compile-cache");

if (Number(process.versions.node.split(".")[0]) >= 24) {
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  process.argv = [process.argv[0], at("main.ts"), ...args];
  await import("./main.ts");
} else if (existsSync(node)) {
  process.exitCode = await runToItsEnd(node, [at("main.ts"), ...args]).catch((error) => {
    process.stderr.write(`baton: ${node} cannot be started: ${error.message}\n`);
    return 1;
  });
} else {
  process.stderr.write(
    "baton: its npm packages are not installed yet: run `npm start` in its folder\n",
  );
  process.exitCode = 1;
}
