/** OpenBSD edge nodes for the tests: the example, changed here and there, and planned. */
import { readFileSync } from "node:fs";
import type { Node, Stack } from "../../stack/stack.ts";
import { type Planned, planHost } from "../../user-data/host.ts";
import type { HostPlan } from "../../user-data/plan.ts";
import { fixedSources, stackOf } from "../render-example.ts";

const example = new URL("../../examples/ovh-failover-ip-openbsd-carp.yaml", import.meta.url);

/** The example's stack with parts of its text replaced. */
export function edgeStack(changes: readonly (readonly [string, string])[] = []): Stack {
  let source = readFileSync(example, "utf8");
  for (const [from, to] of changes) {
    if (!source.includes(from)) throw new Error(`the example does not say ${from}`);
    source = source.replace(from, to);
  }
  return stackOf(source);
}

export function edgeNode(stack: Stack, index: number): Node {
  const node = stack.nodes[index];
  if (node === undefined) throw new Error(`there is no node ${index}`);
  return node;
}

/** Plans a node, with the text's password in the place of the one that is only named. */
export const tryPlan = (stack: Stack, node: Node): Planned =>
  planHost(stack, node, {
    ...fixedSources,
    resolve: (reference) =>
      "name" in reference && reference.name === "CARP_PASSWORD"
        ? { ok: true, value: "xxx" }
        : fixedSources.resolve(reference),
  });

export function planOf(stack: Stack, index = 0): HostPlan {
  const planned = tryPlan(stack, edgeNode(stack, index));
  if (planned.ok) return planned.plan;
  throw new Error(planned.findings.map(({ message }) => message).join("\n"));
}

export function contentOf(plan: HostPlan, path: string): string {
  const found = plan.files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`${plan.host} has no file ${path}`);
  return found.content;
}
