/** Our agent, as the hosts' user-data set it up; only its interval differs. */
import { nodeViews } from "../../../lab/view/observe.ts";
import { nodes, type Peer, putFile, readFile } from "./peer.ts";

const configFile = "/etc/baton/agent.json";
const deadRatio = 3;

export const baton = (intervalMs: number): Peer => ({
  name: `baton-${intervalMs / 1000}s`,
  title: `baton, ${intervalMs / 1000} s × ${deadRatio}`,
  deadMs: intervalMs * deadRatio,
  unit: "baton",
  install: async (bench) => {
    for (const node of nodes) {
      const config = JSON.parse(readFile(bench, node, configFile));
      const election = { ...config.election, intervalMs, deadRatio };
      const content = JSON.stringify({ ...config, election });
      await putFile(bench, node, { path: configFile, content });
    }
  },
  elected: async ({ lab }) =>
    (await nodeViews(lab)).flatMap(({ name, status }) =>
      status?.addresses.some(({ role }) => role === "master") ? [name] : [],
    ),
  isWell: async ({ lab }) =>
    (await nodeViews(lab)).every(
      ({ status }) =>
        status?.healthy === true &&
        status.api.reachable === true &&
        status.peers.length === 1 &&
        status.peers.every(({ bothWays }) => bothWays),
    ),
});
