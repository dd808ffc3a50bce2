/**
 * A stand-in for engine and provider: Pulumi's own mocks, with a cloud that gives ids and addresses,
 * and a memory of the last deployment. What a program asks of the engine is seen as it is sent.
 */
import * as pulumi from "@pulumi/pulumi";
import { HaStack, type HaStackArgs } from "../../infra/index.ts";
import { settled } from "../../infra/settled.ts";
import { fixtureSecret } from "../render-example.ts";

process.env.BATON_SECRET = fixtureSecret;

export const bundle = new URL("../fixtures/agent-bundle.js", import.meta.url).pathname;

/** What one `new Resource` sent. */
export type Registered = {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that are secrets. */
  readonly secrets: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly secretOutputs: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly dependencies: readonly string[];
  readonly version: string;
  readonly pluginDownloadURL: string;
  readonly protect: boolean;
};

export type Deployed = {
  readonly resources: readonly Registered[];
  /** As the engine would read it back in the next deployment. */
  readonly recorded: Readonly<Record<string, { type: string; outputs: Record<string, unknown> }>>;
  readonly calls: readonly string[];
  readonly error: string | undefined;
  /** A value of the component, when all is done. */
  readonly outputs: Readonly<Record<string, unknown>>;
};

export type World = {
  readonly recorded?: Deployed["recorded"];
  readonly preview?: boolean;
  /** Instances that the cloud does not show as running, by name. */
  readonly dead?: readonly string[];
  /** Instances that the cloud has and no deployment recorded, by name. */
  readonly strangers?: readonly string[];
  /** Id of the newest template of each name. */
  readonly template?: string;
  /** Answers of functions that differ, by token's last word; an Error is thrown. */
  readonly answers?: Readonly<Record<string, Readonly<Record<string, unknown>> | Error>>;
};

const computed: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ComputeInstance: { publicIpAddress: "198.51.100.77", state: "running" },
  ElasticIp: { ipAddress: "203.0.113.7", addressFamily: "inet4" },
  IamApiKey: { key: `EXO${"k".repeat(24)}`, secret: "s".repeat(43) },
  SshKey: { fingerprint: "aa:bb" },
};

const kindOf = (token: string): string => token.split(":").at(-1) ?? "";

function answer(world: World, token: string, inputs: Readonly<Record<string, string>>): object {
  const given = world.answers?.[kindOf(token)];
  // The engine's own errors carry their text in `details`.
  if (given instanceof Error) throw Object.assign(given, { details: given.message });
  if (given !== undefined) return given;
  switch (kindOf(token)) {
    case "readStackResourceOutputs":
      return { outputs: world.recorded ?? {} };
    case "getTemplate":
      return { id: world.template ?? `newest ${inputs.name}`, defaultUser: "debian" };
    case "getElasticIp":
      return { id: "existing-id", healthchecks: [] };
    case "getComputeInstance":
      if (!isThere(world, String(inputs.name))) throw new Error("Instance not found");
      return {
        id: "i-1",
        elasticIpIds: [],
        state: world.dead?.includes(String(inputs.name)) ? "stopped" : "running",
      };
    default:
      throw new Error(`nobody answers ${token}`);
  }
}

/** Runs `program` against the double, and waits until everything is declared. */
export async function run(world: World, program: () => Promise<object>): Promise<Deployed> {
  const calls: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        const kind = kindOf(type);
        // A preview knows of a new resource only what the program gave it.
        const hidden = world.preview && !isRecorded(world, type, name);
        const state = hidden ? inputs : { ...inputs, ...computed[kind] };
        const id = hidden ? undefined : `${name}-${kind}-id`;
        return { id, state };
      },
      call: ({ token, inputs }) => {
        calls.push(`${kindOf(token)} ${inputs.name ?? inputs.id ?? inputs.ipAddress ?? ""}`.trim());
        return answer(world, token, inputs);
      },
    },
    "baton",
    "test",
    world.preview ?? false,
    "organization",
  );
  const { resources, recorded } = watch();
  let error: string | undefined;
  let outputs = {};
  try {
    outputs = await program();
  } catch (thrown) {
    if (!pulumi.RunError.isInstance(thrown)) throw thrown;
    error = thrown.message;
  }
  // What is still under way belongs to this run, not to the next one.
  await pulumi.runtime.disconnect(false);
  return { resources, recorded: recorded(), calls, error, outputs };
}

const isThere = (world: World, instance: string): boolean =>
  world.strangers?.includes(instance) === true ||
  Object.values(world.recorded ?? {}).some(({ outputs }) => outputs.name === instance);

const isRecorded = (world: World, type: string, name: string): boolean =>
  Object.keys(world.recorded ?? {}).some((urn) => urn.endsWith(`${type}::${name}`));

type Request = {
  readonly getType: () => string;
  readonly getName: () => string;
  readonly getObject: () => { readonly toJavaScript: () => Record<string, unknown> };
  readonly getIgnorechangesList: () => string[];
  readonly getReplaceonchangesList: () => string[];
  readonly getAdditionalsecretoutputsList: () => string[];
  readonly getDeletebeforereplace: () => boolean;
  readonly getDependenciesList: () => string[];
  readonly getVersion: () => string;
  readonly getPlugindownloadurl: () => string;
  readonly getProtect: () => boolean;
};

type Monitor = {
  registerResource: (request: Request, callback: unknown) => unknown;
  readonly getRegisteredResources: () => Map<string, { state: Record<string, unknown> }>;
};

/** Pulumi marks a secret on the wire by this key. */
const signature = "4dabf18193072939515e22adb298388d";

const isSecret = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.hasOwn(value, signature);

const plain = (value: unknown): unknown =>
  isSecret(value) ? (value as { readonly value: unknown }).value : value;

function watch() {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const resources: Registered[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const inputs = request.getObject().toJavaScript();
    resources.push({
      type: request.getType(),
      name: request.getName(),
      inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, plain(value)])),
      secrets: Object.keys(inputs).filter((key) => isSecret(inputs[key])),
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      dependencies: request.getDependenciesList(),
      version: request.getVersion(),
      pluginDownloadURL: request.getPlugindownloadurl(),
      protect: request.getProtect(),
    });
    return register(request, callback);
  };
  const recorded = (): Deployed["recorded"] =>
    Object.fromEntries(
      [...monitor.getRegisteredResources()].map(([urn, { state }]) => {
        const type = (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
        const outputs = type.startsWith("exoscale") ? state : {};
        const values = Object.entries(outputs).map(([key, value]) => [key, plain(value)]);
        return [urn, { type, outputs: Object.fromEntries(values) }];
      }),
    );
  return { resources, recorded };
}

/** Deploys one `HaStack` and reads all that it gives back. */
export const deploy = (
  args: Partial<HaStackArgs> & Pick<HaStackArgs, "stack">,
  world: World = {},
) =>
  run(world, async () => {
    const stack = new HaStack("shop", { agentBundle: bundle, ...args });
    await stack.declared;
    return valuesOf(stack);
  });

/** Everything that a component or a program gives back, by name; unknown where not known yet. */
export async function valuesOf(made: object): Promise<Record<string, unknown>> {
  const entries = Object.entries(made).filter(([, value]) => pulumi.Output.isInstance(value));
  const values = entries.map(async ([key, value]) => [key, await settled(value)] as const);
  return Object.fromEntries(await Promise.all(values));
}

/** The one resource of a type and name; it has to be there. */
export function resourceOf({ resources, error }: Deployed, kind: string, name: string): Registered {
  const found = resources.find((one) => kindOf(one.type) === kind && one.name === name);
  if (found !== undefined) return found;
  const all = resources.map((one) => `${kindOf(one.type)} ${one.name}`).join(", ");
  throw new Error(`there is no ${kind} ${name}; there are: ${all}; ${error ?? "no error"}`);
}

export const ofKind = ({ resources }: Deployed, kind: string): readonly Registered[] =>
  resources.filter(({ type }) => kindOf(type) === kind);
