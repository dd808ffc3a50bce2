/**
 * The agent as it travels: one CommonJS file for a cloud, small, the same bytes from the same
 * sources. It is built when it is first needed, and again when a source has changed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist/agent");

/** The oldest Node of the distributions: Ubuntu 22.04's. */
const target = "node12.22";

/** Clouds whose agent is built; for the others a bundle is given by option. */
export const builtClouds = ["exoscale"] as const;
export type BuiltCloud = (typeof builtClouds)[number];

export type AgentBundle = {
  readonly text: string;
  readonly file: string;
  /** Bytes of each source file in the bundle, before names are shortened further. */
  readonly bytes: Readonly<Record<string, number>>;
};

export const isBuilt = (provider: string): provider is BuiltCloud =>
  builtClouds.some((cloud) => cloud === provider);

const underWay = new Map<string, Promise<AgentBundle>>();

/** The bundle of a cloud, from `folder` where that is of these sources. */
export async function agentBundle(cloud: BuiltCloud, folder = dist): Promise<AgentBundle> {
  const file = join(folder, `${cloud}.js`);
  const sources = hashOfSources();
  const kept = readKept(file);
  if (kept?.sources === sources) return kept;
  // Shortening holds up the whole process for seconds: however many ask, it is done once.
  const which = `${file} ${sources}`;
  const begun = underWay.get(which) ?? make(cloud, folder, sources);
  underWay.set(which, begun);
  return begun.finally(() => underWay.delete(which));
}

async function make(cloud: BuiltCloud, folder: string, sources: string): Promise<AgentBundle> {
  const file = join(folder, `${cloud}.js`);
  const built = { ...(await build(cloud)), file };
  mkdirSync(folder, { recursive: true });
  // The project's own files are modules, and the bundle is none.
  write(join(folder, "package.json"), '{ "type": "commonjs" }\n', 0o644);
  write(file, built.text, 0o755);
  write(`${file}on`, JSON.stringify({ sources, bytes: built.bytes }), 0o644);
  return built;
}

/** Another process may build at the same time: each file appears whole. */
function write(file: string, text: string, mode: number): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, file);
}

function readKept(file: string): (AgentBundle & { readonly sources: string }) | undefined {
  try {
    const { sources, bytes } = JSON.parse(readFileSync(`${file}on`, "utf8"));
    return { text: readFileSync(file, "utf8"), file, bytes, sources };
  } catch {
    // Not built yet, or half removed: built anew.
    return undefined;
  }
}

function hashOfSources(): string {
  const names = readdirSync(join(root, "agent"), { recursive: true, encoding: "utf8" });
  const files = ["cli/agent-bundle.ts", "package-lock.json"];
  for (const name of names.sort()) if (name.endsWith(".ts")) files.push(`agent/${name}`);
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

async function build(cloud: BuiltCloud): Promise<Pick<AgentBundle, "text" | "bytes">> {
  // Both take a tenth of a second to load, and most runs need neither.
  const [{ build: bundle }, { minify }] = await Promise.all([import("esbuild"), import("terser")]);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const bundled = await bundle({
    entryPoints: [join(root, `agent/${cloud}.ts`)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target,
    charset: "utf8",
    define: { BATON_VERSION: JSON.stringify(version) },
    logLevel: "silent",
  });
  const code = bundled.outputFiles[0]?.text ?? "";
  const small = await minify(code, {
    ecma: 2019,
    toplevel: true,
    compress: { passes: 3, ecma: 2019, unsafe_arrows: true, pure_getters: true },
    mangle: { toplevel: true },
    format: { shebang: false, ascii_only: false },
  });
  const [output] = Object.values(bundled.metafile.outputs);
  const bytes = Object.entries(output?.inputs ?? {}).map(([name, one]) => [
    name,
    one.bytesInOutput,
  ]);
  return { text: `#!/usr/bin/env node\n${small.code}\n`, bytes: Object.fromEntries(bytes) };
}
