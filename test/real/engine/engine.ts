/** The real Pulumi engine with the stand-in plugin and the emulated cloud, for tests. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Emulator, EmulatorOptions } from "../../../lab/emulators/exoscale.ts";
import { makeEngine } from "../../../lab/engine/make.ts";
import { enginePlan } from "../../../lab/engine/plan.ts";
import { createWorkspace, succeeded, type Workspace } from "../../../lab/engine/workspace.ts";
import { owner, startEmpty } from "../../lab/exoscale/cloud.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export const cache = process.env.BATON_CACHE || join(homedir(), ".cache", "baton");

export type Bench = {
  readonly cloud: Emulator;
  readonly workspace: Workspace;
  /** Writes the program anew. */
  readonly write: (program: string) => void;
  /** Runs `pulumi` on the test's stack and gives what it printed; it has to succeed. */
  readonly pulumi: (...args: readonly string[]) => Promise<string>;
  /** The same, and it has to fail. */
  readonly fails: (...args: readonly string[]) => Promise<string>;
};

const yaml = `name: small
runtime:
  name: nodejs
  options:
    typescript: false
main: main.js
`;

/** @param program plain JavaScript, a module */
export async function startBench(
  test: TestContext,
  program: string,
  options: Partial<EmulatorOptions> = {},
): Promise<Bench> {
  const engine = await makeEngine(await enginePlan({ cache, env: process.env }), (text) =>
    test.diagnostic(text),
  );
  const cloud = await startEmpty(options);
  const folder = mkdtempSync(join(tmpdir(), "baton-engine-"));
  test.after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const workspace = createWorkspace({
    engine,
    folder: join(folder, "pulumi"),
    env: { ...process.env, BATON_STAND_IN_POLL_MS: "50" },
    cloud: { endpoint: cloud.endpoint, ...owner },
  });
  const project = join(folder, "program");
  mkdirSync(project);
  // The program's packages are the project's own.
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  cpSync(join(root, "test/real/engine/resources.js"), join(project, "resources.js"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(project, "Pulumi.yaml"), yaml);
  const write = (text: string): void => writeFileSync(join(project, "main.js"), text);
  write(program);
  const pulumi: Bench["pulumi"] = async (...args) =>
    succeeded(await workspace.pulumi(project, args), `pulumi ${args.join(" ")}`).output;
  await pulumi("stack", "init", "test");
  return {
    cloud,
    workspace,
    write,
    pulumi,
    fails: async (...args) => {
      const { code, output } = await workspace.pulumi(project, args);
      if (code === 0) throw new Error(`pulumi ${args.join(" ")} did not fail:\n${output}`);
      return output;
    },
  };
}
