/**
 * The Pulumi program: reads the stack file that the stack's config names, and makes one `HaStack`.
 * Config: `baton:stack`, and optionally `baton:replace` and `baton:agentBundle`; the values of
 * `${pulumi:NAME}` are `baton:NAME`.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { type Finding, formatDiagnostic } from "../stack/diagnostic.ts";
import { type Document, readDocument } from "../stack/document.ts";
import { reasonOf } from "../stack/failure.ts";
import { hostsNamed } from "../stack/hosts.ts";
import { pulumiNames } from "../stack/reference.ts";
import { HaStack, type StackDeclaration } from "./ha-stack.ts";
import { stop } from "./problem.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Declares everything, and gives the stack's outputs. */
export async function program(): Promise<Readonly<Record<string, unknown>>> {
  const config = new pulumi.Config("baton");
  const path = config.get("stack") ?? noStack();
  const file = resolve(root, path);
  const { data, locate } = read(file, path);
  const show = (finding: Finding): string => formatDiagnostic(locate(finding));
  const replace = hostsNamed(config.get("replace"));
  const agentBundle = config.get("agentBundle");
  const secrets = Object.fromEntries(
    pulumiNames(data).map((name) => [name, config.requireSecret(name)]),
  );
  const made = new HaStack(nameOf(data), {
    stack: data as StackDeclaration,
    folder: dirname(file),
    secrets,
    show,
    ...(replace.length > 0 && { replace }),
    ...(agentBundle && { agentBundle: resolve(root, agentBundle) }),
  });
  await made.declared;
  const { address, addresses, urls, nodes, appServers, sshCommands, userDataSizes } = made;
  const { securityGroup, agentCredentials } = made;
  const readme = readFileSync(resolve(root, "Pulumi.README.md"), "utf8");
  const seen = { address, addresses, urls, nodes, appServers, sshCommands, userDataSizes };
  // With them the outputs are all that `gen-cloud-init --facts` needs.
  const named = Object.keys(secrets).length > 0 && { secrets: pulumi.secret(secrets) };
  return { ...seen, securityGroup, agentCredentials, ...named, readme };
}

const noStack = (): never =>
  stop(
    "this stack's config does not name a stack file",
    "`npx baton init stack.yaml` writes one, and `pulumi config set baton:stack stack.yaml` names it",
  );

function read(file: string, path: string): Document {
  let source = "";
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    const fix =
      "check `pulumi config get baton:stack`; the path starts from the folder of Pulumi.yaml";
    stop(`the stack file ${path} cannot be read: ${reasonOf(error)}`, fix);
  }
  const document = readDocument(source, path);
  if (document.ok) return document.document;
  return stop(document.diagnostics.map((one) => formatDiagnostic(one)).join("\n"));
}

/** The component's name is the stack's; where that is wrong, the component itself says so. */
const nameOf = (data: unknown): string =>
  typeof data === "object" && data !== null && "name" in data ? String(data.name) : "stack";
