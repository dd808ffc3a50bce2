/**
 * The original exoip, for whoever has its program: on both hosts, or on lb1 in one group with our
 * agent on lb2, which then speaks as exoip does. It asks the older API, so it has a key for that.
 */
import { readFileSync } from "node:fs";
import { nicOf } from "../../../lab/emulators/exoscale-v1.ts";
import { createApi } from "../../../lab/plugins/exoscale/api.ts";
import type { Bench } from "../../real/lab/bench.ts";
import { type Node, nodes, nodesWhere, otherOf, type Peer, printed, putFile } from "./peer.ts";

const program = "/usr/local/bin/exoip";
const unit = "exoip-bench";

/**
 * @param path the program, for Linux on this processor
 * @param group who else is in it
 */
export const exoip = (path: string, group: "alone" | "with baton"): Peer => {
  const isOriginal = (node: Node): boolean => group === "alone" || node === "lb1";
  const isActive = (bench: Bench) => async (node: Node) =>
    (await printed(bench, node, "systemctl", "is-active", unit)).trim() === "active";
  const name = group === "alone" ? "exoip" : "exoip+baton";
  return {
    name,
    title: group === "alone" ? "exoip, 1 s × 3" : "exoip on lb1, baton on lb2, 1 s × 3",
    deadMs: 3000,
    unit,
    install: async (bench) => {
      const key = await keyFor(bench, name);
      for (const node of nodes) {
        const content = readFileSync(path);
        await putFile(bench, node, { path: program, content, mode: 0o755 });
        const command = isOriginal(node) ? original(bench, key) : await agent(bench, node);
        await putFile(bench, node, {
          path: `/etc/systemd/system/${unit}.service`,
          content: unitOf([...command, ...common(bench, node)]),
        });
      }
    },
    // It says nothing of its state: of those that run, it is the one with the better priority.
    elected: async (bench) => (await nodesWhere(bench, isActive(bench))).slice(0, 1),
    isWell: async (bench) => (await nodesWhere(bench, isActive(bench))).length === nodes.length,
  };
};

type Key = { readonly key: string; readonly secret: string };

/** The agents' key may not use the older API. */
async function keyFor({ lab }: Bench, name: string): Promise<Key> {
  const { EXOSCALE_API_KEY: key = "", EXOSCALE_API_SECRET: secret = "" } = lab.desk.env;
  const api = createApi({ endpoint: lab.cloud.endpoint, key, secret, pollMs: 100 });
  const policy = {
    "default-service-strategy": "deny",
    services: { "compute-legacy": { type: "allow" } },
  };
  const role = await api.operate("POST", "/iam-role", { name, policy, editable: true });
  const made = await api.call("POST", "/api-key", { name, "role-id": role });
  return { key: String(made.key), secret: String(made.secret) };
}

const apiOf = ({ lab }: Bench): string => `https://api-${lab.cloud.world().zone}.exoscale.com`;

const original = (bench: Bench, { key, secret }: Key): readonly string[] => [
  program,
  "-O",
  "-xe",
  `${apiOf(bench)}/compute`,
  "-xk",
  key,
  "-xs",
  secret,
];

/** Our agent by exoip's name and flags, from where the unit of the stack has it. */
async function agent(bench: Bench, node: Node): Promise<readonly string[]> {
  const { lab } = bench;
  const unitText = await printed(bench, node, "systemctl", "cat", "baton");
  const bundle = /\S+\.js/.exec(unitText)?.[0] ?? "";
  const [key] = Object.values(lab.cloud.world().apiKeys);
  const nic = nicOf(lab.instance(node).id);
  return [
    ...["/usr/bin/env", "node", bundle, "-O", "-nic-id", nic],
    ...["-xe", `${apiOf(bench)}/v2`, "-xk", key?.key ?? "", "-xs", key?.secret ?? ""],
  ];
}

function common({ lab, address }: Bench, node: Node): readonly string[] {
  const other = lab.instance(otherOf(node)).publicIp ?? "";
  const priority = node === "lb1" ? "10" : "20";
  return [
    ...["-W", "-xi", address, "-i", lab.instance(node).id, "-p", other],
    ...["-P", priority, "-t", "1", "-r", "3"],
  ];
}

/** Started again when it ends: exoip ends itself where the API is down at its start. */
const unitOf = (argv: readonly string[]): string => `[Unit]
After=network-online.target

[Service]
ExecStart=${argv.join(" ")}
Restart=always
RestartSec=1
StateDirectory=exoip
RuntimeDirectory=exoip

[Install]
WantedBy=multi-user.target
`;
