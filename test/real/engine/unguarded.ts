/** The project's own program without its guard of the address: what a test shows the trap with. */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWorkspace, succeeded } from "../../../lab/engine/workspace.ts";
import { owner } from "../../lab/exoscale/cloud.ts";
import { fixtureSecret } from "../../render-example.ts";
import { type Project, type Step, stepsOf } from "./project.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** @param properties JavaScript of more properties for `name` */
const program = (properties: string): string => `
import * as pulumi from "@pulumi/pulumi";

pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
  if (type !== "exoscale:index/computeInstance:ComputeInstance") return undefined;
  return { props: { ...props, ...(${properties}) }, opts: { ...opts, ignoreChanges: [] } };
});
const { program } = await import(${JSON.stringify(join(root, "infra/program.ts"))});
const made = await program();
export const { address, addresses, urls, nodes, appServers, sshCommands, userDataSizes } = made;
export const { securityGroup, agentCredentials, readme } = made;
`;

export type Unguarded = {
  readonly preview: () => Promise<readonly Step[]>;
  readonly up: () => Promise<void>;
};

/** @param properties JavaScript that sees the resource's `name` */
export function unguarded({ engine, folder, cloud }: Project, properties: string): Unguarded {
  const own = join(folder, `unguarded-${Math.random()}`);
  mkdirSync(own);
  symlinkSync(join(root, "node_modules"), join(own, "node_modules"));
  copyFileSync(join(root, "Pulumi.yaml"), join(own, "Pulumi.yaml"));
  mkdirSync(join(own, "infra"));
  writeFileSync(join(own, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(own, "infra/main.js"), program(properties));
  const workspace = createWorkspace({
    engine,
    folder: join(folder, "engine"),
    env: { ...process.env, BATON_SECRET: fixtureSecret, BATON_STAND_IN_POLL_MS: "50" },
    cloud: { endpoint: cloud.endpoint, ...owner },
  });
  const config = join(folder, "engine/project/Pulumi.lab.yaml");
  const run = async (...args: readonly string[]) => {
    const all = [...args, "--stack", "lab", "--config-file", config];
    return succeeded(await workspace.pulumi(own, all), `the unguarded ${args[0]}`);
  };
  return {
    preview: async () => stepsOf((await run("preview", "--json")).stdout),
    up: async () => {
      await run("up", "--yes", "--skip-preview");
    },
  };
}
