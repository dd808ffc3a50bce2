import { readFileSync } from "node:fs";
import { formatDiagnostic } from "./stack/diagnostic.ts";
import { loadStack } from "./stack/load.ts";

const r = loadStack(readFileSync(process.argv[2]!, "utf8"), process.argv[2]!);
if (r.ok) {
  console.log(JSON.stringify(r.stack, null, 1).slice(0, 900));
  for (const d of r.warnings) console.log(formatDiagnostic(d));
} else for (const d of r.diagnostics) console.log(formatDiagnostic(d));
