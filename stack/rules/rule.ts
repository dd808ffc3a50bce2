/** What a rule is: a question about a whole stack that no single field can answer. */
import type { Finding, Path } from "../diagnostic.ts";
import type { Declaration } from "../schema.ts";
import type { Stack } from "../stack.ts";

/** @returns what breaks the rule; nothing where it holds */
export type Rule = (declaration: Declaration, stack: Stack) => readonly Finding[];

type Text = { readonly message: string; readonly fix?: string };

export const error = (path: Path, text: Text, part: "key" | "value" = "value"): Finding => ({
  severity: "error",
  path,
  part,
  ...text,
});

export const warning = (path: Path, text: Text): Finding => ({
  severity: "warning",
  path,
  ...text,
});

/** The path of a host's own section, or of its group where it has none. */
export const hostPath = (
  declaration: Declaration,
  role: "node" | "app-server",
  name: string,
): Path => {
  const key = role === "node" ? "nodes" : "app-servers";
  const group = role === "node" ? declaration.nodes : declaration.appServers;
  const named = typeof group === "object" && group.hosts?.[name] !== undefined;
  return named ? [key, "hosts", name] : [key];
};

/** Values that occur more than once, each with those that have it. */
export function repeated<T>(
  items: readonly T[],
  keyOf: (item: T) => string | number,
): Map<string | number, T[]> {
  const groups = Map.groupBy(items, keyOf);
  return new Map([...groups].filter(([, members]) => members.length > 1));
}
