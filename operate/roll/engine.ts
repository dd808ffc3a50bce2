/** The Pulumi program as a roll uses it: one load balancer named, everything else held as it is. */
import { spawn } from "node:child_process";
import { z } from "zod";
import { WorldFailure } from "../../stack/failure.ts";
import { hostsNamed } from "../../stack/hosts.ts";

/** Each of them throws a `WorldFailure` with the engine's own last words. */
export type Engine = {
  /** The stack file that this Pulumi stack is made of, as its config names it. */
  readonly stackFile: () => Promise<string>;
  /** Hosts that `baton:replace` names: a roll that was cut off has left one. */
  readonly named: () => Promise<readonly string[]>;
  /** Whether an update would replace or restart the host, were it the one that may be. */
  readonly wouldChange: (resource: string, host: string) => Promise<boolean>;
  readonly replace: (host: string) => Promise<void>;
  /** Names no host any more. */
  readonly release: () => Promise<void>;
};

const steps = z.object({
  steps: z.array(z.object({ op: z.string(), urn: z.string() })).default([]),
});

/**
 * The stack that is selected, or that PULUMI_STACK names.
 * @param folder of the project's Pulumi.yaml
 */
export function pulumi(folder: string, configFile: string | undefined): Engine {
  const which = configFile === undefined ? [] : ["--config-file", configFile];
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await ended(folder, [...args, ...which, "--non-interactive"]);
    if (code === 0) return stdout;
    const text = diagnosed(stdout) ?? `${stdout}\n${stderr}`;
    const lines = text.split("\n").map((line) => line.trim());
    const said = lines.filter((line) => line !== "").slice(-6);
    throw new WorldFailure(`pulumi ${args[0]} failed (${code}): ${said.join("; ")}`, fixFor(said));
  };
  const name = (host: string) => run("config", "set", "baton:replace", host);
  return {
    named: async () => namesIn(await run("config", "--json")),
    stackFile: async () => (await run("config", "get", "baton:stack")).trim(),
    wouldChange: async (resource, host) => {
      await name(host);
      const planned = stepsIn(await run("preview", "--json"));
      return planned.some(({ op, urn }) => op !== "same" && urn.endsWith(`::${resource}`));
    },
    replace: async (host) => {
      await name(host);
      await run("up", "--yes", "--skip-preview", "--suppress-outputs");
    },
    release: async () => {
      await run("config", "rm", "baton:replace");
    },
  };
}

/** One that was killed in an update has left the lock of its state. */
const fixFor = (said: readonly string[]): string =>
  said.some((line) => /currently locked/.test(line))
    ? "does another update run? else `pulumi cancel`; `npx baton roll` goes on then"
    : "mend that, and `npx baton roll` goes on where it stopped";

const config = z.object({ "baton:replace": z.object({ value: z.string() }).optional() });

/** The hosts that a config, as the engine tells it, names as those that may leave service. */
export function namesIn(text: string): readonly string[] {
  try {
    const { "baton:replace": replace } = config.parse(JSON.parse(text));
    return hostsNamed(replace?.value);
  } catch {
    throw new WorldFailure(
      "what `pulumi config --json` says is not understood",
      "nothing was touched; is `pulumi` the engine, version 3?",
    );
  }
}

/** @throws WorldFailure for what is no preview: another program, or another version */
export function stepsIn(preview: string): z.infer<typeof steps>["steps"] {
  try {
    return steps.parse(JSON.parse(preview)).steps;
  } catch {
    const begins = JSON.stringify(preview.trim().slice(0, 80));
    throw new WorldFailure(
      `what \`pulumi preview --json\` says is not understood: ${begins}`,
      "nothing was touched in this step; is `pulumi` the engine, version 3?",
    );
  }
}

const failedPreview = z.object({
  diagnostics: z.array(z.object({ severity: z.string(), message: z.string() })).min(1),
});

/** Why a preview failed, which it says amid its data; nothing where it does not. */
function diagnosed(preview: string): string | undefined {
  try {
    const { diagnostics } = failedPreview.parse(JSON.parse(preview));
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    return (errors.length > 0 ? errors : diagnostics).map(({ message }) => message).join("\n");
  } catch {
    return undefined;
  }
}

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function ended(cwd: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C ends the roll after this step, and no update half way.
    const child = spawn("pulumi", args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (error) =>
      reject(
        new WorldFailure(
          `pulumi cannot run: ${error.message}`,
          "nothing was touched; install it: https://www.pulumi.com/docs/install/",
        ),
      ),
    );
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
