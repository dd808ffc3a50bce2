/**
 * References to values that never stand in the stack file: secrets, and files beside it. They are
 * only named here; whoever runs the command resolves them as late as possible.
 */
import { z } from "zod";

export type Reference =
  | { readonly from: "env"; readonly name: string }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "pulumi"; readonly name: string };

const forms = "${env:NAME}, ${file:PATH} or ${pulumi:NAME}";
const pattern = /^\$\{(env|file|pulumi):([^{}\n]+)\}$/;
const envName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads `${env:NAME}`, `${file:PATH}` or `${pulumi:NAME}`; any other text is undefined. */
export function parseReference(text: string): Reference | undefined {
  const [, from, rest] = pattern.exec(text) ?? [];
  if (rest === undefined) return undefined;
  if (from === "file") return { from, path: rest };
  if (!envName.test(rest)) return undefined;
  return from === "env" ? { from, name: rest } : { from: "pulumi", name: rest };
}

/** The text that names a reference, as the stack file writes it. */
export function formatReference(reference: Reference): string {
  return reference.from === "file"
    ? `\${file:${reference.path}}`
    : `\${${reference.from}:${reference.name}}`;
}

/** The names that a stack's data refers to by `${pulumi:NAME}`, anywhere in it. */
export function pulumiNames(data: unknown): string[] {
  const names = new Set<string>();
  // An alias of YAML may lead back to what is around it.
  const seen = new Set<object>();
  const walk = (value: unknown): void => {
    const reference = typeof value === "string" ? parseReference(value) : undefined;
    if (reference?.from === "pulumi") names.add(reference.name);
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    for (const one of Object.values(value)) walk(one);
  };
  walk(data);
  return [...names];
}

const toReference = (text: string, context: z.RefinementCtx): Reference => {
  const reference = parseReference(text);
  if (reference !== undefined) return reference;
  // The value is not repeated: it may well be a secret that somebody pasted here.
  context.addIssue({
    code: "custom",
    params: { conceal: true },
    message: `a secret never stands in the stack file: name where it comes from, by ${forms}`,
  });
  return z.NEVER;
};

/** A value that must be a reference, such as a secret. */
export const reference = z
  .string({ error: `name where the secret comes from, by ${forms}` })
  .transform(toReference);

/** Literal text, or a reference to it. */
export const textOrReference = z
  .string({ error: `write text, or name where it comes from, by ${forms}` })
  .transform((text): string | Reference => parseReference(text) ?? text);
