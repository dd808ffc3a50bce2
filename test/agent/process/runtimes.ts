/** Other versions of Node, as distributions have them: from npm, in a cache that may go. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Ubuntu 22.04; Debian 12 and Ubuntu 24.04; Debian 13; newer ones that people install. */
export const versions = ["12.22.12", "18.20.8", "20.20.2", "22.23.3"] as const;

const cache = process.env.BATON_CACHE ?? join(homedir(), ".cache/baton");

/** Path of that Node; it is fetched when it is not there. */
export function runtime(version: string): string {
  const folder = join(cache, `node-${version}`);
  const platform = `node-${process.platform}-${process.arch}`;
  const binary = join(folder, "node_modules", platform, "bin/node");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const argv = ["install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
  execFileSync("npm", [...argv, "--prefix", folder, `${platform}@${version}`], { stdio: "pipe" });
  return binary;
}
