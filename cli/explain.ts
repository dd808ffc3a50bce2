/** `--explain`: what a host becomes and why, with what takes the room. */
import type { HostStep } from "../user-data/plan.ts";
import { roomOf } from "../user-data/size.ts";
import type { UserData } from "../user-data/user-data.ts";
import { table } from "./terminal.ts";

/** One host as a page: its packages, its files by size, and the steps of its first boot. */
export function explain({ host, plan, size }: UserData): string {
  const files = table(
    ["bytes", "file", "why"],
    roomOf(plan).map(({ bytes, path, why }) => [bytes, path, why]),
  );
  const packages = plan.packages.map(({ name, why }) => [name, why]);
  const steps = plan.steps.map(explainStep);
  return [
    `${host} (${plan.system.name}): ${size.raw} bytes, ${size.delivered} of ${size.limit} as delivered`,
    ...(plan.verbatim === undefined ? [] : ["  its user-data is your own cloud-config"]),
    ...(packages.length === 0 ? [] : ["", table(["package", "why"], packages)]),
    ...(plan.files.length === 0 ? [] : ["", files]),
    ...(steps.length === 0 ? [] : ["", table(["step", "why"], steps)]),
  ].join("\n");
}

function explainStep(step: HostStep): [string, string] {
  switch (step.kind) {
    case "command":
      return [step.command.argv.join(" "), step.command.why];
    case "service":
      return [`${step.service.action} ${step.service.name}`, step.service.why];
    case "shell":
      return [step.line, step.why];
  }
}
