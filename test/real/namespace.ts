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
  /** An empty folder that becomes /, so that /, /usr and /run belong to the namespace's root. */
  readonly top?: string;
};

const flags = isRoot ? ["--mount", "--net"] : ["--user", "--map-root-user", "--mount", "--net"];

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** Without root the machine's own / belongs to nobody, and careful programs trust no path in it. */
const ownTop = (top: string): string => `
  mount -t tmpfs none ${quoted(top)}
  for path in /* /usr/*; do
    here=${quoted(top)}$path
    if [ -L "$path" ]; then cp --no-dereference "$path" "$here"
    elif [ -d "$path" ]; then
      mkdir "$here"
      case $path in /usr | /run) ;; *) mount --rbind "$path" "$here" ;; esac
    fi
  done
  inner=$1
  shift
  exec chroot ${quoted(top)} sh -c "$inner" sh "$@"`;

type Place = Pick<Inside, "mounts" | "processes" | "top">;

/** What is given to `unshare` for a command with other files in place, and no link but loopback. */
export function unshared(argv: readonly string[], place: Place = {}): readonly string[] {
  const { mounts = [], processes = false, top } = place;
  const more = processes ? ["--pid", "--fork", "--kill-child", "--mount-proc"] : [];
  const steps = mounts.map(([from, onto]) => `mount --bind ${quoted(from)} ${quoted(onto)}`);
  const script = ["set -e", ...steps, "ip link set lo up", 'exec "$@"'].join("\n");
  const shell = top === undefined ? [script, "sh"] : [ownTop(top), "sh", script];
  return [...flags, ...more, "sh", "-c", ...shell, ...argv];
}

/** Runs a command with files of the test in the place of the machine's, and no link but loopback. */
export function inside(argv: readonly string[], options: Inside = {}): Outcome {
  const { mounts, processes, top, ...rest } = options;
  const place = { ...(mounts && { mounts }), ...(processes && { processes }), ...(top && { top }) };
  return runTool("unshare", unshared(argv, place), rest);
}
