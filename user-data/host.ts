/** A host's plan: which parts make it up, in the order in which they take effect. */
import { posix } from "node:path";
import type { Finding } from "../stack/diagnostic.ts";
import { holdsPrivateKey } from "../stack/ssh-key.ts";
import type { AppServer, Host, Node, Stack } from "../stack/stack.ts";
import type { Context, NodeContext } from "./context.ts";
import { gatherInputs, type Inputs, type Sources } from "./inputs.ts";
import { linuxNode } from "./linux-node.ts";
import { openbsdNode } from "./openbsd-node.ts";
import { hostFirewall } from "./parts/host-firewall.ts";
import { nginxPage } from "./parts/nginx.ts";
import { privateNetworkLinks } from "./parts/private-network.ts";
import {
  file,
  type HostFile,
  type HostPackage,
  type HostPlan,
  type HostStep,
  type Part,
} from "./plan.ts";
import { Refusal, toFinding } from "./refusal.ts";

export type Planned =
  | { readonly ok: true; readonly plan: HostPlan }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Plans one host of a stack, or says everything that is missing or cannot be carried. */
export function planHost(stack: Stack, host: Host, sources: Sources): Planned {
  const gathered = gatherInputs(stack, host, sources);
  if (!gathered.ok) return gathered;
  try {
    const { inputs } = gathered;
    const parts =
      host.role === "node"
        ? nodeParts({ stack, host, inputs })
        : appServerParts({ stack, host, inputs });
    return { ok: true, plan: assemble(stack, host, inputs, parts) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, findings: [toFinding(error)] };
    throw error;
  }
}

/** The system decides how a node is put together: Linux with systemd, or OpenBSD. */
const nodeParts = (context: NodeContext): Part[] =>
  context.host.system.services === "rcctl" ? openbsdNode(context) : linuxNode(context);

const appServerParts = (context: Context<AppServer>): Part[] => [
  privateNetworkLinks(context),
  hostFirewall(context),
  nginxPage(context),
];

/** Puts the parts together, and what the user adds behind them. */
function assemble(
  stack: Stack,
  host: Node | AppServer,
  inputs: Inputs,
  parts: readonly Part[],
): HostPlan {
  const { extra } = host;
  const own = extra.files.map(({ path, content, owner, mode }) => {
    const text = inputs.text(content);
    // What is only named in the stack file may well be a secret.
    const secret = typeof content !== "string";
    const isSecret = (secret && content.from !== "file") || holdsPrivateKey(text);
    const kept = { owner, mode: mode ?? (isSecret ? "0600" : "0644"), secret };
    return file(path, text, "from the stack file", kept);
  });
  const files = [...parts.flatMap((part) => part.files ?? []), ...own];
  refuseTwice(files);
  for (const text of [...own.map(({ content }) => content), ...extra.commands]) {
    // It has no encoding, and cloud-init would fail at the whole file.
    if (!text.isWellFormed()) throw new Refusal("half a character cannot be written", ["extra"]);
  }
  const packages = parts.flatMap((part) => part.packages ?? []);
  const userPackages = extra.packages.map(
    (name): HostPackage => ({ name, why: "from the stack file" }),
  );
  return {
    host: host.name,
    system: host.system,
    sshKeys: stack.access.sshKeys,
    packageUpdate: extra.packageUpdate,
    packageUpgrade: extra.packageUpgrade,
    packages: firstOfEach([...packages, ...userPackages]),
    accounts: parts.flatMap((part) => part.accounts ?? []),
    files,
    steps: [
      ...parts.flatMap(stepsOf),
      ...extra.commands.map(
        (line): HostStep => ({ kind: "shell", line, why: "from the stack file" }),
      ),
    ],
    verbatim:
      host.role === "app-server" && host.cloudConfig !== undefined
        ? inputs.text(host.cloudConfig)
        : undefined,
  };
}

/** Two files of one path: the second would silently replace the first. */
function refuseTwice(files: readonly HostFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const plain = posix.normalize(path);
    if (seen.has(plain))
      throw new Refusal(`${path} is written twice`, ["extra", "files"], "choose another path");
    seen.add(plain);
  }
}

const stepsOf = ({ commands = [], services = [] }: Part): HostStep[] => [
  ...commands.map((command): HostStep => ({ kind: "command", command })),
  ...services.map((service): HostStep => ({ kind: "service", service })),
];

const firstOfEach = (packages: readonly HostPackage[]): HostPackage[] =>
  [...new Map(packages.toReversed().map((item) => [item.name, item])).values()].toReversed();
