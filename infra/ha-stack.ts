/** The component: a whole stack as one resource, for this program and for others. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Finding } from "../stack/diagnostic.ts";
import { examine } from "../stack/examine.ts";
import { pulumiNames } from "../stack/reference.ts";
import type { declaration } from "../stack/schema.ts";
import type { Stack } from "../stack/stack.ts";
import type { Size } from "../user-data/size.ts";
import { type MadeOnExoscale, makeOnExoscale } from "./clouds/exoscale.ts";
import { rehearse } from "./host-user-data.ts";
import { type MadeNode, nodesOf, sizesOf, sshCommandsOf, urlsOf } from "./outputs.ts";
import { report, stop } from "./problem.ts";
import { hushed, settled } from "./settled.ts";
import { agentBundle } from "./sources.ts";

/** A stack as data, with the keys of a stack file. */
export type StackDeclaration = z.input<typeof declaration>;

export interface HaStackArgs {
  /** The stack, with the keys of a stack file. It is held to the rules of `baton check`. */
  readonly stack: StackDeclaration;
  /** Folder that `${file:PATH}` starts from. Default: the folder that Pulumi runs in. */
  readonly folder?: string;
  /** Values of `${pulumi:NAME}`, such as the stack secret. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** File of the agent's program. Default: the one that `npm run build:agent` writes. */
  readonly agentBundle?: string;
  /**
   * The hosts that this update may replace, at most one load balancer among them; others stay as
   * they are. Without it, an update that would replace more than one load balancer, or every app
   * server, is stopped.
   */
  readonly replace?: readonly string[];
  /** How a finding about the stack is told, where there is a file with lines. */
  readonly show?: (finding: Finding) => string;
}

/** A highly available stack: load balancers, app servers, and the address that is always held. */
export class HaStack extends pulumi.ComponentResource {
  /** The first failover address, the one that the world uses. */
  readonly address: pulumi.Output<string>;
  /** Every address by its name in the stack: the cloud's id, and the address itself. */
  readonly addresses: pulumi.Output<Readonly<Record<string, { id: string; ip: string }>>>;
  /** Where each service is reached, by its name. */
  readonly urls: pulumi.Output<Readonly<Record<string, string>>>;
  /** Load balancers, in their order in the stack; the id is a node's identity, not its name. */
  readonly nodes: pulumi.Output<readonly MadeNode[]>;
  readonly appServers: pulumi.Output<readonly MadeNode[]>;
  /** The command that logs in to each host. */
  readonly sshCommands: pulumi.Output<Readonly<Record<string, string>>>;
  /** Size of each host's user-data against what the cloud takes. */
  readonly userDataSizes: pulumi.Output<Readonly<Record<string, Size>>>;
  /** Group of the load balancers, in which peers find each other. */
  readonly securityGroup: pulumi.Output<{ readonly id: string }>;
  /** The agent's key: it may move the addresses and nothing else. A secret. */
  readonly agentCredentials: pulumi.Output<Readonly<Record<string, string>> | undefined>;
  /** Settles when every child is declared; it rejects with what is wrong. */
  readonly declared: Promise<void>;

  constructor(name: string, args: HaStackArgs, options?: pulumi.ComponentResourceOptions) {
    // The arguments are not recorded in the state: the children are, and secrets are among them.
    super("baton:index:HaStack", name, {}, options);
    const made = make(this, name, args);
    const given = <Value>(read: (from: Made) => pulumi.Input<Value>) =>
      hushed(pulumi.output(made.then(read)) as pulumi.Output<Value>);
    this.addresses = given(({ facts }) => pulumi.output(facts.addresses));
    this.address = hushed(this.addresses.apply((all) => Object.values(all)[0]?.ip ?? ""));
    this.urls = given(({ stack }) => this.address.apply((ip) => urlsOf(stack, ip)));
    this.nodes = given(({ hosts }) => nodesOf(hosts, "node"));
    this.appServers = given(({ hosts }) => nodesOf(hosts, "app-server"));
    this.sshCommands = given(({ hosts }) => sshCommandsOf(hosts));
    this.userDataSizes = given(({ hosts }) => sizesOf(hosts));
    this.securityGroup = given(({ facts }) => pulumi.output({ id: facts.nodeGroup.id }));
    this.agentCredentials = given(({ facts }) => pulumi.secret(facts.credentials));
    const { address, addresses, urls, nodes, appServers, sshCommands, userDataSizes } = this;
    const seen = { address, addresses, urls, nodes, appServers, sshCommands, userDataSizes };
    const outputs = { ...seen, securityGroup: this.securityGroup };
    // What is wrong is told once, by itself, and not again as a fault of the outputs.
    this.registerOutputs(made.then(() => outputs).catch(() => ({})));
    this.declared = made.then(() => {});
  }
}

type Made = MadeOnExoscale & { readonly stack: Stack };

/** Checks everything, then declares the component's children. @throws RunError with what is wrong */
async function make(component: HaStack, name: string, args: HaStackArgs): Promise<Made> {
  const { stack: data, folder = process.cwd(), replace: permitted, show } = args;
  const stack = checked(data, show);
  if (stack.cloud.provider !== "exoscale") {
    stop(
      `resources on ${stack.cloud.provider} are not made by this program yet`,
      "`npx baton gen-cloud-init` renders the user-data; the resources are up to you",
    );
  }
  const given = { stack, folder, bundle: agentBundle(stack, args.agentBundle), show };
  const secrets = pulumi.secret(pulumi.output({ ...args.secrets }));
  const stoodIn = pulumiNames(data).map((each) => [each, "x".repeat(43)]);
  rehearse(given, (await settled(secrets)) ?? Object.fromEntries(stoodIn));
  return { stack, ...(await makeOnExoscale(component, name, { given, secrets, permitted })) };
}

/** Holds a declaration to the schema and the rules. @throws RunError with all that is wrong */
function checked(data: StackDeclaration, show: HaStackArgs["show"]): Stack {
  const { stack, findings } = examine(data);
  report(findings, undefined, show);
  return stack ?? stop("the stack could not be read");
}
