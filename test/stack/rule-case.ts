/** A case of the rule tables: a stack file that is right, what breaks it, and what is said then. */
import assert from "node:assert/strict";
import { dump } from "js-yaml";
import { type Diagnostic, formatPath } from "../../stack/diagnostic.ts";
import { loadStack } from "../../stack/load.ts";
import type { messages } from "../../stack/messages.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Base, bases } from "./bases.ts";

/** Values by dotted path; `undefined` removes one. Text is a whole stack file in its place. */
export type Change = Readonly<Record<string, unknown>> | string;

export type RuleCase = {
  readonly title: string;
  /** The stack file that is changed; default: exoscale. */
  readonly on?: Base;
  readonly broken: Change;
  /** Which entry of messages.ts it is; absent where a field speaks for itself. */
  readonly says?: keyof typeof messages;
  readonly message: RegExp;
  /** Where it is said; where it makes several errors, the places of all of them. */
  readonly at: string | readonly string[];
  /** A neighbour that keeps the rule. */
  readonly fine: Change;
  /** The change itself is no error: it is only warned of. */
  readonly warns?: true;
};

type Tree = { [key: string]: Tree };

/** A base with some of its values replaced. */
export function stackWith(base: Base, changes: Readonly<Record<string, unknown>>): unknown {
  const stack: unknown = structuredClone(bases[base]);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let around = stack as Tree;
    for (const key of keys) {
      around[key] ??= {};
      around = around[key];
    }
    if (value === undefined) delete around[last];
    else around[last] = value as Tree;
  }
  return stack;
}

export const textOf = (base: Base | undefined, change: Change): string =>
  typeof change === "string" ? change : dump(stackWith(base ?? "exoscale", change));

/** All that is said about a text, errors and warnings. */
export function diagnose(text: string): readonly Diagnostic[] {
  const loaded = loadStack(text, "stack.yaml");
  return loaded.ok ? loaded.warnings : loaded.diagnostics;
}

/** A finding on one line, for comparison: its path and its message. */
export const brief = ({ path, message }: Diagnostic): string => `${formatPath(path)}: ${message}`;

/** The stack that a changed base becomes, where it has no fault. */
export function stackOf(base: Base, changes: Readonly<Record<string, unknown>> = {}): Stack {
  const loaded = loadStack(dump(stackWith(base, changes)), "stack.yaml");
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.diagnostics.map(brief).join("\n"));
  return loaded.stack;
}
