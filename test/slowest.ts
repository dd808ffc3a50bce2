/** A reporter for Node's test runner: the ten slowest tests, when all have ended. */
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

type Timed = { readonly name: string; readonly file: string; readonly ms: number };

// biome-ignore lint/style/noDefaultExport: the runner takes a reporter from there.
export default async function* slowest(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const all: Timed[] = [];
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    // A suite and a file last as long as what is in them.
    if (data.details.type === "suite" || data.file === undefined || data.name === data.file)
      continue;
    const file = relative(process.cwd(), data.file);
    all.push({ name: data.name, file, ms: data.details.duration_ms });
  }
  const slow = all.sort((a, b) => b.ms - a.ms).slice(0, 10);
  yield "\nThe ten slowest tests:\n";
  for (const { name, file, ms } of slow)
    yield `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}  (${file})\n`;
}
