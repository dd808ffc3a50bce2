/**
 * `npm run bench`: how long rendering takes, how it grows, how fast the command starts, and how
 * large each example's user-data is. It prints what it measured and asserts nothing.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { table } from "../../cli/terminal.ts";
import { exampleNames, renderAll, renderExample } from "../render-example.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const stackOf = (hosts: number): string => `name: bench
cloud: { provider: exoscale }
networks:
  public: { type: public, interface: eth0 }
  private: { cidr: 10.0.0.0/16, interface: eth1 }
addresses:
  web: { ip: 198.51.100.50 }
nodes: 2
app-servers: ${hosts - 2}
services:
  web: { port: 80 }
`;

/** Reads, checks and renders every host once; milliseconds. */
function timed(source: string): number {
  const begun = performance.now();
  renderAll(source, "bench.yaml");
  return performance.now() - begun;
}

function coldStart(): number {
  const args = ["cli/baton.js", "gen-cloud-init", "examples/minimal.yaml", "--host", "app1"];
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - begun;
}

type Row = [string, number, string, string, string];

function measured(what: string, runs: number, once: () => number): Row {
  once();
  const times = Array.from({ length: runs }, once).sort((a, b) => a - b);
  const at = (index: number) => `${(times[index] ?? 0).toFixed(1)} ms`;
  return [what, runs, at(0), at(Math.floor(runs / 2)), at(runs - 1)];
}

const times = [
  ...[250, 500, 1000, 2000].map((hosts) =>
    measured(`${hosts} hosts rendered and validated`, 7, () => timed(stackOf(hosts))),
  ),
  measured("start of gen-cloud-init, one host", 15, coldStart),
];
console.log(`node ${process.version}, ${process.platform} ${process.arch}\n`);
console.log(`${table(["", "n", "min", "median", "max"], times)}\n`);

const sizes = exampleNames.flatMap((name) =>
  renderExample(name).map(({ host, size: { raw, delivered, limit } }) => [
    name,
    host,
    raw,
    delivered,
    limit,
  ]),
);
console.log(table(["example", "host", "bytes", "as delivered", "limit"], sizes));
console.log("\nThe agent in these is a fixture of a few hundred bytes, not the agent.");
