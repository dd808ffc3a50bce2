/**
 * Namespaces of a test's own: mounts and links that nobody else sees and that end with the program.
 * Root needs nothing more; anyone else becomes root of a user namespace of their own.
 */
import { type Outcome, type RunOptions, runTool } from "./tools.ts";

export const isRoot = process.getuid?.() === 0;

/**
 * An account id that this machine can really change to inside `inside`. Without root a user
 * namespace knows one account alone.
 */
export const otherUid = isRoot ? 64_123 : 0;

type Mount = readonly [from: string, onto: string];
type Inside = RunOptions & {
  readonly mounts?: readonly Mount[];
  /** Processes of its own as well: whatever the command leaves running ends with it. */
  readonly processes?: boolean;
};

const flags = isRoot ? ["--mount", "--net"] : ["--user", "--map-root-user", "--mount", "--net"];

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** Runs a command with files of the test in the place of the machine's, and no link but loopback. */
export function inside(argv: readonly string[], options: Inside = {}): Outcome {
  const { mounts = [], processes = false, ...rest } = options;
  const more = processes ? ["--pid", "--fork", "--kill-child", "--mount-proc"] : [];
  const steps = mounts.map(([from, onto]) => `mount --bind ${quoted(from)} ${quoted(onto)}`);
  const script = ["set -e", ...steps, "ip link set lo up", 'exec "$@"'].join("\n");
  return runTool("unshare", [...flags, ...more, "sh", "-c", script, "sh", ...argv], rest);
}
