/**
 * A plan as cloud-init's `#cloud-config`: one document, so that nothing depends on its merging.
 * Keys and order of the boot: cloud-init's module reference (write_files, then packages, then the
 * deferred files, then runcmd).
 */
import type { HostFile, HostPlan, HostStep } from "../plan.ts";
import { toYaml } from "../yaml.ts";
import { gzipBase64 } from "./gzip.ts";

export function renderCloudConfig(plan: HostPlan): string {
  if (plan.verbatim !== undefined) return plan.verbatim;
  const { sshKeys, packages, files, steps, packageUpdate, packageUpgrade } = plan;
  const document = {
    ...(sshKeys.length > 0 && { ssh_authorized_keys: sshKeys }),
    package_update: packageUpdate,
    package_upgrade: packageUpgrade,
    ...(packages.length > 0 && { packages: packages.map(({ name }) => name) }),
    ...(files.length > 0 && { write_files: files.map(writeFile) }),
  };
  // A command is one line, its words side by side.
  const runcmd = steps.length > 0 ? toYaml({ runcmd: steps.flatMap(runCommands) }, 2) : "";
  return `#cloud-config\n${toYaml(document)}${runcmd}`;
}

function writeFile(file: HostFile): object {
  const { path, owner, mode, content, write, compress } = file;
  // The account of another owner than root may come with a package.
  const deferred = file.deferred || owner !== "root:root";
  return {
    path,
    // Root's 0644 is what cloud-init gives by itself.
    ...(owner !== "root:root" && { owner }),
    ...(mode !== "0644" && { permissions: mode }),
    ...(write === "append" && { append: true }),
    ...(deferred && { defer: true }),
    ...(compress ? { encoding: "gz+b64", content: gzipBase64(content) } : { content }),
  };
}

function runCommands(step: HostStep): (string | readonly string[])[] {
  switch (step.kind) {
    case "command":
      return [step.command.argv];
    case "shell":
      return [step.line];
    case "service": {
      const { name, action } = step.service;
      return action === "start"
        ? [["systemctl", "enable", "--now", name]]
        : [
            ["systemctl", "enable", name],
            ["systemctl", "reload-or-restart", name],
          ];
    }
  }
}
