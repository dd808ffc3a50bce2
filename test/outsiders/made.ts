/**
 * Clients of Exoscale that its own people wrote, made ready once and kept: the Python package in a
 * virtual environment, the Go SDK in a small program. Nothing of theirs is in the repository.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunOptions, run, tailOf } from "../../lab/engine/run.ts";
import { goProgram as goFor } from "../../lab/engine/toolchain.ts";
import { cacheFolder } from "../../lab/image/where.ts";
import { locked } from "../../lab/lock.ts";
import { WorldFailure } from "../../stack/failure.ts";

/** Set to leave out what needs them; never so by itself. */
export const isLeftOut = (process.env.BATON_WITHOUT_OUTSIDERS ?? "") !== "";

export const leftOut =
  "BATON_WITHOUT_OUTSIDERS is set: no official client is run, and nothing is held against the " +
  "cloud's own document";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const say = (text: string): void => void process.stderr.write(`baton: ${text}\n`);
const orLeaveOut = "or set BATON_WITHOUT_OUTSIDERS=1 to leave the official clients out";

/** The oldest Go that the SDK builds with, as its go.mod says. */
const oldestGo = [1, 23, 8];

type Thing = {
  readonly what: string;
  /** What it is made of: files, and what else makes another thing of it. */
  readonly files: readonly string[];
  readonly more: string;
  readonly make: (folder: string) => Promise<void>;
};

/** Folder of the thing; made beside its place and put there whole. */
async function made(name: string, { what, files, more, make }: Thing): Promise<string> {
  const hash = createHash("sha256").update(`${process.arch} ${more}`);
  for (const file of files) hash.update(readFileSync(here(file)));
  const fingerprint = hash.digest("hex").slice(0, 12);
  const folder = join(cacheFolder(process.env), "outsiders", `${name}-${fingerprint}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const release = await locked(`${folder}.lock`, what, say);
  try {
    if (existsSync(folder)) return folder;
    const beside = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
    try {
      await make(beside);
      renameSync(beside, folder);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
    return folder;
  } finally {
    release();
  }
}

async function ran(argv: readonly string[], what: string, fix: string, options: RunOptions = {}) {
  const ended = await run(argv, options).catch(() => undefined);
  if (ended?.code === 0) return;
  const why = ended === undefined ? `${argv[0]} is not there` : tailOf(ended.output, 4);
  throw new WorldFailure(`${what}: ${why}`, `${fix}, ${orLeaveOut}`);
}

/** The distribution's own Python, whose `venv` is a Debian package. */
const python = "/usr/bin/python3";

/**
 * Folder of a virtual environment that has the package `exoscale`.
 * @throws WorldFailure with what to install
 */
export const pythonHome = (): Promise<string> =>
  made("python", {
    what: "the official Python client",
    files: ["python/requirements.txt"],
    // An environment leans on the interpreter that made it.
    more: existsSync(python) ? realpathSync(python) : "none",
    make: async (folder) => {
      say("fetching the official Python client (1 MB, about 10 s) …");
      const environment = "no virtual environment can be made for the official Python client";
      const install = "install Debian's python3 and python3-venv";
      await ran([python, "-m", "venv", folder], environment, install);
      const pip = [join(folder, "bin", "python"), "-m", "pip", "--disable-pip-version-check"];
      const options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"];
      const fetched = "the official Python client cannot be fetched";
      await ran(
        [...pip, "install", ...options, "--requirement", here("python/requirements.txt")],
        fetched,
        "see whether pip reaches its package index from here",
      );
    },
  });

/** The cloud's own document of its API, as the Python package carries it. */
export async function documentFile(): Promise<string> {
  const library = join(await pythonHome(), "lib");
  const version = readdirSync(library).find((name) => name.startsWith("python3")) ?? "";
  return join(library, version, "site-packages/exoscale/openapi.json");
}

/** The SDK of today's API, and the library of the older one. */
export const goClients = ["go", "go-v1"] as const;

/**
 * Path of the program that drives a client of Exoscale's in Go.
 * @throws WorldFailure with what to install
 */
export async function goProgram(client: (typeof goClients)[number]): Promise<string> {
  const folder = await made(client, {
    what: "the official Go client",
    files: ["go.mod", "go.sum", "main.go"].map((name) => `${client}/${name}`),
    more: "",
    make: async (beside) => {
      const go = await goFor(say, {
        what: "the official Go client",
        missing: "there is no Go to build the official Go client with",
        fix: `install Debian's golang-go, or a newer one (https://go.dev/dl), ${orLeaveOut}`,
        oldest: oldestGo,
      });
      say("building the official Go client from its modules (about 30 s) …");
      const argv = [go, "build", "-mod=readonly", "-trimpath", "-buildvcs=false"];
      await ran(
        [...argv, "-o", join(beside, "client"), "."],
        "the official Go client cannot be built",
        "see whether Go reaches its module proxy from here",
        {
          cwd: here(client),
          env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOWORK: "off" },
        },
      );
    },
  });
  return join(folder, "client");
}
