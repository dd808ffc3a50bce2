/** The real engine on the project's own program, against the emulated cloud. */
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readDocument } from "../../stack/document.ts";
import { pulumiNames } from "../../stack/reference.ts";
import type { Engine } from "../engine/make.ts";
import { mend } from "../engine/mend.ts";
import type { Ended, RunOptions } from "../engine/run.ts";
import { createWorkspace, shellQuoted, succeeded, type Workspace } from "../engine/workspace.ts";
import type { Owner } from "./world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export type DeploymentOptions = {
  readonly engine: Engine;
  /** State, passphrase and config of the engine; whoever reads it can read the secrets. */
  readonly folder: string;
  /** Path of the stack file. */
  readonly stackFile: string;
  readonly endpoint: string;
  readonly owner: Owner;
  /** How a real plugin reaches the cloud's own names. */
  readonly proxy?: { readonly url: string; readonly authority: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of each line that the engine prints. */
  readonly onLine?: (line: string) => void;
};

export type Deployment = {
  readonly isStandIn: boolean;
  /** What `pulumi` is run with, and where this stack's config is. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Makes what the stack file says; first it mends what an interrupted run has left.
   * @param signal tells the engine to end in order
   * @param hurry tells it again, and it ends at once
   * @throws WorldFailure with the engine's own last words
   */
  readonly up: (signal?: AbortSignal, hurry?: AbortSignal) => Promise<Ended>;
  readonly refresh: () => Promise<Ended>;
  readonly destroy: () => Promise<Ended>;
  /** Sets a value of the stack's config, such as `baton:replace`; undefined takes it away. */
  readonly configure: (key: string, value: string | undefined) => Promise<void>;
  /** Runs any command of the engine on the stack, whatever comes of it. */
  readonly pulumi: (...args: readonly string[]) => Promise<Ended>;
  /** Waits until no command of the engine runs any more. */
  readonly idle: () => Promise<void>;
};

/** The engine's word for the stack of a lab. */
const stackName = "lab";

/** @throws WorldFailure when the engine cannot begin */
export async function createDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { folder, owner } = options;
  const secret = options.env.BATON_SECRET ?? newSecret();
  const workspace = createWorkspace({
    engine: options.engine,
    folder,
    env: {
      // What is set stays, and a stack of one's own may need more; a lab needs no account.
      BATON_SECRET: secret,
      BATON_STAND_IN_POLL_MS: "100",
      ...options.env,
    },
    cloud: { endpoint: options.endpoint, ...owner },
    ...(options.proxy && { proxy: options.proxy }),
  });
  const config = await begin(workspace, join(folder, "project"));
  const settings = (command: string | undefined): readonly string[] => [
    ...["--stack", stackName],
    ...(command === "cancel" || command === "stack" ? [] : ["--config-file", config]),
  ];
  let running: Promise<unknown> = Promise.resolve();
  const run = (
    args: readonly string[],
    signals: Pick<RunOptions, "signal" | "hurry"> = {},
  ): Promise<Ended> => {
    const ended = workspace.pulumi(root, [...args, ...settings(args[0])], {
      ...(options.onLine && { onLine: options.onLine }),
      ...signals,
    });
    running = ended.catch(() => {});
    return ended;
  };
  const must = async (...args: readonly string[]): Promise<Ended> =>
    succeeded(await run(args), `pulumi ${args[0]}`);
  await must("config", "set", "baton:stack", relative(root, resolve(options.stackFile)));
  for (const name of namesIn(options.stackFile))
    await must("config", "set", "--secret", `baton:${name}`, newSecret());
  return {
    isStandIn: workspace.isStandIn,
    env: {
      ...workspace.env,
      PATH: [makeProgram(options.engine, folder, config), workspace.env.PATH].join(delimiter),
      BATON_SECRET: secret,
      PULUMI_STACK: stackName,
      BATON_PULUMI_CONFIG_FILE: config,
    },
    up: async (signal, hurry) => {
      await mend({
        pulumi: (...args) => run(args),
        lockedBy: workspace.lockedBy,
        cloud: { endpoint: options.endpoint, ...owner },
      });
      const signals = { ...(signal && { signal }), ...(hurry && { hurry }) };
      return succeeded(await run(["up", ...quietly], signals), "pulumi up");
    },
    refresh: () => must("refresh", ...quietly),
    destroy: () => must("destroy", ...quietly),
    configure: async (key, value) => {
      await (value === undefined ? must("config", "rm", key) : must("config", "set", key, value));
    },
    pulumi: (...args) => run(args),
    idle: async () => {
      await running;
    },
  };
}

/** A lab's own: what the owner of the stack keeps in a config elsewhere is not known here. */
const newSecret = (): string => randomBytes(32).toString("base64url");

/** What the stack file names by `${pulumi:NAME}`. */
function namesIn(stackFile: string): readonly string[] {
  const read = readDocument(readFileSync(stackFile, "utf8"), stackFile);
  return read.ok ? pulumiNames(read.document.data) : [];
}

/** The outputs would stand last, where what went wrong is looked for. */
const quietly = ["--yes", "--skip-preview", "--suppress-outputs"];

/** Commands of the engine that read the stack's config; the others do not know the option. */
const withConfig = ["config", "destroy", "import", "preview", "refresh", "up", "update", "watch"];

/**
 * Makes a `pulumi` for people, who type no options: in the project's folder, with the config of this
 * stack, which is not in the tree, and with its passphrase, whatever there is in their environment.
 * @returns the folder that it is in
 */
function makeProgram(engine: Engine, folder: string, config: string): string {
  const script = `#!/bin/sh
unset PULUMI_CONFIG_PASSPHRASE
cd ${shellQuoted(root)} || exit 1
case " $* " in *" --config-file"*) exec ${shellQuoted(join(engine.folder, "pulumi"))} "$@" ;; esac
case "$1" in
${withConfig.join(" | ")})
  command=$1
  shift
  set -- "$command" --config-file ${shellQuoted(config)} "$@"
  ;;
esac
exec ${shellQuoted(join(engine.folder, "pulumi"))} "$@"
`;
  const own = join(folder, "bin");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "pulumi"), script, { mode: 0o755 });
  return own;
}

/** Makes the stack, and gives its config file: not in the tree, where users have their own. */
async function begin(workspace: Workspace, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  succeeded(await workspace.pulumi(folder, ["stack", "init", stackName]), "pulumi stack init");
  return join(folder, `Pulumi.${stackName}.yaml`);
}
