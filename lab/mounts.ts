/** What is mounted on this machine. */
import { existsSync, readFileSync } from "node:fs";

/** Mount points at or below a folder, the inner ones first. */
export const mountsBelow = (folder: string): readonly string[] =>
  (existsSync("/proc/self/mounts") ? readFileSync("/proc/self/mounts", "utf8") : "")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
