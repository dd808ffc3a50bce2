/**
 * The lab: one stack file stood up for real on this machine. The emulated cloud and its machines,
 * the engine's `pulumi up`, and what people ask of the result.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatDiagnostic } from "../stack/diagnostic.ts";
import { reasonOf, WorldFailure } from "../stack/failure.ts";
import { loadStack } from "../stack/load.ts";
import type { Stack } from "../stack/stack.ts";
import { makeEngine } from "./engine/make.ts";
import { enginePlan } from "./engine/plan.ts";
import { usualName } from "./fabric/place.ts";
import { type OwnerApi, ownerApi } from "./faults/owner.ts";
import { cacheFolder } from "./image/where.ts";
import type { CloudEvent, Settings } from "./model/exoscale/cloud.ts";
import { createDeployment, type Deployment } from "./world/deployment.ts";
import { type Instances, instancesOf } from "./world/instances.ts";
import { elasticIpOf } from "./world/naming.ts";
import { type LabWorld, startWorld } from "./world/world.ts";

export type LabOptions = {
  readonly stackFile: string;
  /** Two labs at once need two names. */
  readonly name?: string;
  /** The agent's program, for hosts that fetch it. */
  readonly agent: string;
  readonly settings?: Partial<Settings>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report: (text: string) => void;
  /** Each line that the engine prints. */
  readonly onEngine?: (line: string) => void;
  readonly onTrouble: (error: unknown) => void;
  readonly onEvent?: (event: CloudEvent) => void;
};

export type Lab = LabWorld &
  Instances & {
    readonly stack: Stack;
    readonly deployment: Deployment;
    readonly owner: OwnerApi;
    /** The stack's failover addresses, as the cloud has given them. */
    readonly addresses: () => readonly string[];
    /** Rank of each load balancer for one of them, 0 best. */
    readonly ranks: (address: string) => Readonly<Record<string, number>>;
    /** Names of the hosts that the router sends an address's traffic to: the truth. */
    readonly holders: (address: string) => Promise<readonly string[]>;
  };

const owner = { key: "EXOlab000000000000000000001", secret: "l".repeat(43) } as const;

/** @throws WorldFailure with all that is wrong with the stack file, or that the lab cannot do */
export function readStack(file: string): Stack {
  const loaded = loadStack(textOf(file), file);
  if (!loaded.ok) {
    const all = loaded.diagnostics.map((one) => formatDiagnostic(one)).join("\n");
    throw new WorldFailure(
      `${file} is no stack file that holds\n${all}`,
      "mend it; nothing was made",
    );
  }
  const lacks = missingFor(loaded.stack);
  if (lacks === undefined) return loaded.stack;
  throw new WorldFailure(
    `${file}: the lab has no ${lacks} yet`,
    "choose a stack file with `provider: exoscale` and `method: heartbeat`",
  );
}

/** Asked before anything is fetched or built, which may take minutes. */
function missingFor({ cloud, election }: Stack): string | undefined {
  if (cloud.provider !== "exoscale") return cloud.provider;
  return election.method === "heartbeat" ? undefined : `agent for ${election.method}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new WorldFailure(
      `the stack file ${file} cannot be read: ${reasonOf(error)}`,
      "`npx baton init stack.yaml` writes one",
    );
  }
}

/** Makes cloud and engine ready; nothing is in the cloud yet. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { name = usualName, report, env } = options;
  const stack = readStack(options.stackFile);
  const plan = await enginePlan({ cache: cacheFolder(env), env });
  const engine = makeEngine(plan, report);
  // Its failure is told below, when there is a world to take down.
  engine.catch(() => {});
  const world = await startWorld({ ...options, name, stack, owner });
  const named = { BATON_LAB_STACK: stack.name, BATON_LAB_STACK_FILE: resolve(options.stackFile) };
  const instances = instancesOf(stack, world.cloud.world, world.fabric.isOn);
  const given = () =>
    stack.addresses.flatMap((address) => {
      const { ip } = elasticIpOf(stack, world.cloud.world(), address) ?? {};
      return ip === undefined ? [] : [{ ip, ranks: address.ranks }];
    });
  try {
    const deployment = await createDeployment({
      engine: await engine,
      folder: join("/run", name, "engine"),
      stackFile: options.stackFile,
      endpoint: world.cloud.endpoint,
      proxy: world.proxy,
      owner,
      env,
      ...(options.onEngine && { onLine: options.onEngine }),
    });
    return {
      ...world,
      // At the desk one deploys, too.
      desk: { ...world.desk, env: { ...deployment.env, ...world.desk.env, ...named } },
      stack,
      deployment,
      owner: ownerApi(world.cloud.endpoint, owner, world.cloud.world),
      ...instances,
      addresses: () => given().map(({ ip }) => ip),
      ranks: (address) => given().find(({ ip }) => ip === address)?.ranks ?? {},
      holders: async (address) => (await world.fabric.holders(address)).map(instances.hostOf),
    };
  } catch (error) {
    await world.down();
    throw error;
  }
}
