/** The project's own program on the real engine, with the stand-in plugin and the emulated cloud. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import type { Emulator, EmulatorOptions } from "../../../lab/emulators/exoscale.ts";
import { type Engine, makeEngine } from "../../../lab/engine/make.ts";
import { enginePlan } from "../../../lab/engine/plan.ts";
import { type Api, createApi } from "../../../lab/plugins/exoscale/api.ts";
import { createDeployment, type Deployment } from "../../../lab/world/deployment.ts";
import { owner, startEmpty } from "../../lab/exoscale/cloud.ts";
import { fixtureSecret } from "../../render-example.ts";
import { cache } from "./engine.ts";

/** What stands in for the agent's program. */
export const bundle = fileURLToPath(new URL("../../fixtures/agent-bundle.js", import.meta.url));

/** One resource in a preview, and what will happen to it. */
export type Step = {
  /** Its name in the program. */
  readonly name: string;
  readonly type: string;
  /** `same`, `create`, `update`, `replace`, `delete` and the engine's parts of a replacement. */
  readonly op: string;
  readonly properties: readonly string[];
};

export type Project = {
  readonly engine: Engine;
  readonly cloud: Emulator;
  /** The cloud as its owner's key sees and changes it. */
  readonly api: Api;
  readonly folder: string;
  readonly deployment: Deployment;
  readonly write: (stack: object) => void;
  /** What an update would do, without what stays as it is; it has to succeed. */
  readonly preview: (...args: readonly string[]) => Promise<readonly Step[]>;
  /** What a command says that has to fail. */
  readonly fails: (...args: readonly string[]) => Promise<string>;
};

export type ProjectOptions = {
  readonly stack: object;
  readonly cloud?: Partial<EmulatorOptions>;
  readonly env?: Readonly<Record<string, string>>;
};

/** For the whole file: everything is removed when its tests are done. */
export async function startProject({ stack, cloud: given, env }: ProjectOptions): Promise<Project> {
  const engine = await makeEngine(await enginePlan({ cache, env: process.env }), console.error);
  const cloud = await startEmpty(given);
  const folder = mkdtempSync(join(tmpdir(), "baton-project-"));
  after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const stackFile = join(folder, "stack.yaml");
  const write = (data: object): void => writeFileSync(stackFile, JSON.stringify(data));
  write(stack);
  const deployment = await createDeployment({
    engine,
    folder: join(folder, "engine"),
    stackFile,
    endpoint: cloud.endpoint,
    owner,
    env: { ...process.env, BATON_SECRET: fixtureSecret, BATON_STAND_IN_POLL_MS: "50", ...env },
  });
  await deployment.configure("baton:agentBundle", bundle);
  return {
    engine,
    cloud,
    api: createApi({ endpoint: cloud.endpoint, ...owner, pollMs: 50 }),
    folder,
    deployment,
    write,
    preview: async (...args) => {
      const { code, stdout, output } = await deployment.pulumi("preview", "--json", ...args);
      if (code !== 0) throw new Error(`pulumi preview failed:\n${output}`);
      return stepsOf(stdout);
    },
    fails: async (...args) => {
      const { code, output } = await deployment.pulumi(...args);
      if (code === 0) throw new Error(`pulumi ${args.join(" ")} did not fail:\n${output}`);
      return output;
    },
  };
}

type PreviewStep = {
  readonly op: string;
  readonly urn: string;
  readonly diffReasons?: readonly string[];
};

/** The steps of `pulumi preview --json`, without what stays the same. */
export const stepsOf = (stdout: string): readonly Step[] =>
  (JSON.parse(stdout) as { readonly steps: readonly PreviewStep[] }).steps
    .filter(({ op }) => op !== "same" && op !== "refresh")
    .map(({ op, urn, diffReasons = [] }) => ({
      op,
      name: urn.split("::").at(-1) ?? "",
      type: urn.split("$").at(-1)?.split("::")[0]?.split(":").at(-1) ?? "",
      properties: diffReasons,
    }));
