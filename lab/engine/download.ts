/** The engine's official release, out of its archive. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { WorldFailure } from "../../stack/failure.ts";
import { downloadUrl, releases } from "./plan.ts";
import { run, type Say, tailOf } from "./run.ts";

/** @throws WorldFailure when it cannot be had whole, or is not what its publisher says */
export async function download(folder: string, say: Say, signal?: AbortSignal): Promise<void> {
  const url = downloadUrl();
  const archive = join(folder, "pulumi.tar.gz");
  const sha256 = await fetched(url, archive, say, signal);
  await compare(url, sha256);
  // Nothing else of the archive is needed: it has hosts for all languages.
  const names = ["pulumi/pulumi", "pulumi/pulumi-language-nodejs"];
  const argv = ["tar", "-xzf", archive, "-C", folder, "--strip-components=1", ...names];
  const { code, output } = await run(argv);
  if (code !== 0)
    throw new WorldFailure(`${url} cannot be unpacked: ${tailOf(output)}`, "try again");
  await run(["rm", archive]);
}

async function fetched(
  url: string,
  file: string,
  say: Say,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  let toldMs = performance.now();
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      if (performance.now() - toldMs > 3000) {
        toldMs = performance.now();
        say(`Pulumi: ${Math.round(bytes / 1e6)} MB fetched …`);
      }
      done(null, chunk);
    },
  });
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), counted, createWriteStream(file));
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : error;
    throw new WorldFailure(`${url} cannot be fetched: ${why}`, "try again, or install Pulumi");
  }
  return hash.digest("hex");
}

/** The publisher keeps the sums of a release apart from its archives. */
async function compare(url: string, sha256: string): Promise<void> {
  const { cli } = releases;
  const release = `https://github.com/pulumi/pulumi/releases/download/v${cli}`;
  const sums = await fetch(`${release}/pulumi-${cli}-checksums.txt`)
    .then((response) => (response.ok ? response.text() : ""))
    .catch(() => "");
  const name = url.split("/").at(-1) ?? "";
  const line = sums.split("\n").find((one) => one.endsWith(name));
  if (line?.startsWith(sha256) !== true)
    throw new WorldFailure(
      `${url} is not the archive whose sum its publisher tells (${release})`,
      "install Pulumi by hand (https://www.pulumi.com/docs/install), and it is used instead",
    );
}
