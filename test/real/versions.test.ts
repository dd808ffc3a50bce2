/** Says once which versions of the real tools have judged this run, and names those that lack. */
import { test } from "node:test";
import { runTool, type Tool, toolFile } from "./tools.ts";

const versionOf: Partial<Record<Tool, readonly string[]>> = {
  "cloud-init": ["--version"],
  haproxy: ["-v"],
  ifup: ["--version"],
  nft: ["--version"],
  nginx: ["-v"],
  python3: [
    "-c",
    "import sys, yaml; print('Python', sys.version.split()[0], 'PyYAML', yaml.__version__)",
  ],
  shellcheck: ["--version"],
  systemd: ["--version"],
  unshare: ["--version"],
};

test("the real tools are installed", (t) => {
  for (const [tool, args = []] of Object.entries(versionOf)) {
    const { stdout, stderr } = runTool(tool as Tool, args);
    const text = `${stdout}${stderr}`.trim();
    const [line] = tool === "shellcheck" ? (/^version.*$/m.exec(text) ?? []) : text.split("\n");
    t.diagnostic(`${toolFile(tool as Tool)}: ${line}`);
  }
});
