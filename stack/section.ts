/**
 * A section of the stack file: an object whose unknown keys are errors. The file writes its keys
 * with hyphens (`dead-ratio`), the code reads them in camel case (`deadRatio`).
 */
import { z } from "zod";

/** `deadRatio` as the file writes it: `dead-ratio`. */
export const kebab = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const camel = (key: string): string =>
  key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const mapKeys = <V>(object: Readonly<Record<string, V>>, change: (key: string) => string) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [change(key), value]));

/** A strict object with the given fields, named in camel case. */
export function section<Shape extends z.core.$ZodShape>(shape: Shape) {
  type Output = z.output<z.ZodObject<Shape>>;
  return z
    .strictObject(mapKeys(shape, kebab), { error: (issue) => wrongKind(issue.code) })
    .transform((value): Output => mapKeys(value, camel) as Output);
}

const wrongKind = (code: string | undefined): string | undefined =>
  code === "invalid_type" ? "write a section here: keys, each with its value" : undefined;
