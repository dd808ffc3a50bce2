/** A Pulumi of the lab's own: state in a folder, plugins at hand, and no network asked. */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WorldFailure } from "../../stack/failure.ts";
import { version } from "../plugins/exoscale/provider.ts";
import type { Engine } from "./make.ts";
import { type Ended, type RunOptions, run, tailOf } from "./run.ts";

export type WorkspaceOptions = {
  readonly engine: Engine;
  /** Where state, passphrase and the engine's own files are kept. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The emulated cloud, and a key of it that may do all. */
  readonly cloud: { readonly endpoint: string; readonly key: string; readonly secret: string };
  /** Where the cloud's own host names lead, for a real plugin. */
  readonly proxy?: { readonly url: string; readonly authority: string };
};

export type Workspace = {
  /** What `pulumi` is run with; for people, too, as `env` lines. */
  readonly env: Readonly<Record<string, string>>;
  readonly isStandIn: boolean;
  /** Runs `pulumi` in a program's folder, without questions. */
  readonly pulumi: (
    cwd: string,
    args: readonly string[],
    options?: Pick<RunOptions, "onLine" | "signal" | "hurry"> & {
      readonly env?: NodeJS.ProcessEnv;
    },
  ) => Promise<Ended>;
  /** Processes that have locked a stack of this workspace, dead ones too. */
  readonly lockedBy: () => readonly number[];
};

const standIn = fileURLToPath(new URL("../plugins/exoscale/main.ts", import.meta.url));

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { engine, folder, cloud } = options;
  const home = join(folder, "home");
  const state = join(folder, "state");
  for (const one of [folder, home, state]) mkdirSync(one, { recursive: true, mode: 0o700 });
  // A passphrase of the user's own would be taken before the file.
  const { PULUMI_CONFIG_PASSPHRASE: _, ...outer } = options.env;
  const plugin = outer.BATON_PLUGIN_EXOSCALE || undefined;
  installPlugin(home, options.proxy, plugin);
  const env: Record<string, string> = {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseIn(folder),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    EXOSCALE_API_ENDPOINT: cloud.endpoint,
    EXOSCALE_API_KEY: cloud.key,
    EXOSCALE_API_SECRET: cloud.secret,
    // The language host takes the first `node` that it finds.
    PATH: [engine.folder, dirname(process.execPath), outer.PATH].join(delimiter),
  };
  return {
    env,
    isStandIn: plugin === undefined,
    pulumi: (cwd, args, more = {}) =>
      run([join(engine.folder, "pulumi"), ...args, "--non-interactive"], {
        ...more,
        cwd,
        env: { ...outer, ...env, ...more.env },
      }),
    lockedBy: () => locksIn(join(state, ".pulumi", "locks")),
  };
}

/** Where the engine keeps a lock, and who made it, is the format of its own files. */
const locksIn = (folder: string): readonly number[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".json"))
        .map((path) => Number(JSON.parse(readFileSync(join(folder, path), "utf8")).pid));

/** Made once; whoever can read it can read the secrets of the state. */
function passphraseIn(folder: string): string {
  const file = join(folder, "passphrase");
  if (!existsSync(file))
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

/** Where the engine looks for the plugin of the release that programs ask for. */
function installPlugin(
  home: string,
  proxy: WorkspaceOptions["proxy"],
  plugin: string | undefined,
): void {
  if (plugin !== undefined && !existsSync(plugin))
    throw new WorldFailure(
      `BATON_PLUGIN_EXOSCALE names ${plugin}, and there is no such file`,
      "name the program pulumi-resource-exoscale, or leave the variable away for the stand-in",
    );
  const folder = join(home, "plugins", `resource-exoscale-v${version}`);
  mkdirSync(folder, { recursive: true });
  const started =
    plugin === undefined
      ? [process.execPath, standIn]
      : ["env", ...proxied(proxy), isAbsolute(plugin) ? plugin : resolve(plugin)];
  const script = `#!/bin/sh\nexec ${started.map(shellQuoted).join(" ")} "$@"\n`;
  writeFileSync(join(folder, "pulumi-resource-exoscale"), script, { mode: 0o755 });
}

/** The provider's older client goes to the cloud's own host names, whatever it is told. */
const proxied = (proxy: WorkspaceOptions["proxy"]): readonly string[] =>
  proxy === undefined
    ? []
    : [
        `HTTPS_PROXY=${proxy.url}`,
        "NO_PROXY=127.0.0.1,localhost",
        `SSL_CERT_FILE=${proxy.authority}`,
      ];

export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** @throws WorldFailure with the engine's own last words */
export function succeeded(ended: Ended, what: string): Ended {
  if (ended.code === 0) return ended;
  if (ended.wasInterrupted)
    throw new WorldFailure(
      `${what} was interrupted`,
      "run it again: it first sees to what was begun and not recorded",
    );
  const said = tailOf(ended.output, 15);
  throw new WorldFailure(
    `${what} failed (${ended.code}):\n${said}`,
    "mend what it says; the next run goes on from here",
  );
}
