/** Scratch folders that are gone after the test, and a host's files as its first boot writes them. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HostFile } from "../../user-data/plan.ts";

/** Runs the body with a folder that any account may look into, and removes it afterwards. */
export function withScratch<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  let finished: T;
  try {
    chmodSync(folder, 0o755);
    finished = body(folder);
  } catch (error) {
    clean();
    throw error;
  }
  if (finished instanceof Promise) return finished.finally(clean) as T;
  clean();
  return finished;
}

/** Writes one file below a folder, with the folders above it. */
export function put(root: string, path: string, content: string, mode = 0o644): string {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  chmodSync(target, mode);
  return target;
}

/**
 * Writes files of a plan below a folder, with their modes. What is appended goes behind the file
 * that the distribution's package has installed on this machine.
 */
export function putFiles(root: string, files: readonly HostFile[]): void {
  for (const { path, content, mode, write } of files) {
    const before = write === "append" ? readFileSync(path, "utf8") : "";
    put(root, path, before + content, Number.parseInt(mode, 8));
  }
}
