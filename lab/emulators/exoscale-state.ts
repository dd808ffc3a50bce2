/** The emulated cloud on disk, so that a lab can be left and come back to. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";
import type { Kept } from "../model/exoscale/keep.ts";

export type Saved = Kept & {
  /** Virtual time and wall clock when it was written. */
  readonly nowMs: number;
  readonly wallMs: number;
};

/** Written beside and renamed: a reader sees a whole one. It holds user-data and secrets. */
export function save(file: string, saved: Saved): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(saved), { mode: 0o600 });
  renameSync(temporary, file);
}

/** @throws WorldFailure where there is a file, and it is none of ours */
export function load(file: string): Saved | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new WorldFailure(
      `the lab's cloud in ${file} cannot be read: ${error instanceof Error ? error.message : error}`,
      "see to its permissions, or remove it to begin with an empty cloud",
    );
  }
  try {
    const saved: Saved = JSON.parse(text);
    if (saved.version === 1) return saved;
  } catch {
    // Told below, with what to do.
  }
  throw new WorldFailure(
    `${file} is no state of the lab's cloud that this release knows`,
    "remove it to begin with an empty cloud",
  );
}
