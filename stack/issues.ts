/** Zod's issues as findings: one for each thing wrong, in words of the stack file. */
import type { z } from "zod";
import type { Finding, Path } from "./diagnostic.ts";
import { messages } from "./messages.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;
type Schema = { readonly [key: string]: unknown };

/** @param jsonSchema the schema as JSON Schema, from which the known keys are read. */
export function findingsOf(issues: readonly Issue[], jsonSchema: object): Finding[] {
  return issues.flatMap((issue) => flatten(issue, [], jsonSchema as Schema));
}

function flatten(issue: Issue, around: Path, root: Schema): Finding[] {
  const path = [...around, ...issue.path.map((step) => step as string | number)];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    return branchMeant(issue.errors).flatMap((inner) => flatten(inner, path, root));
  }
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(root, path);
    return issue.keys.map((key) => ({
      severity: "error",
      part: "key",
      path: [...path, key],
      ...messages.unknownKey(key, suggest(key, known), known),
    }));
  }
  if (issue.code === "invalid_key") {
    return issue.issues.map(({ message }) => ({ severity: "error", part: "key", path, message }));
  }
  if ("input" in issue && issue.input === undefined) {
    return [{ severity: "error", path, ...messages.missing(path, ownWords(issue)) }];
  }
  const conceal = issue.code === "custom" && issue.params?.conceal === true;
  return [{ severity: "error", path, ...saying(issue), ...(conceal && { conceal }) }];
}

/** The sentence that our schema gives an issue, if it gives one of its own. */
const ownWords = (issue: Issue): string | undefined =>
  issue.message.startsWith("Invalid") ? undefined : issue.message;

function saying(issue: Issue): Pick<Finding, "message" | "fix"> {
  const words = ownWords(issue);
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const meant = typeof issue.input === "string" ? suggest(issue.input, known) : undefined;
    return messages.notOneOf(issue.input, known, meant);
  }
  if (words !== undefined) return { message: words };
  if (issue.code === "invalid_type") return messages.wrongType(issue.expected);
  return { message: issue.message };
}

/** Of the branches of a union, the one whose kind of value was written. */
function branchMeant(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const fits = branches.find(
    (issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  return fits ?? branches[0] ?? [];
}

/** The keys that the JSON Schema knows at a path, of whichever branch has any. */
function keysAt(root: Schema, path: Path): string[] {
  let schemas: Schema[] = [root];
  for (const step of path) {
    schemas = schemas.flatMap(branches).flatMap((schema) => {
      const properties = schema.properties as Record<string, Schema> | undefined;
      const next =
        typeof step === "number"
          ? schema.items
          : (properties?.[step] ?? schema.additionalProperties);
      return typeof next === "object" && next !== null ? [next as Schema] : [];
    });
  }
  return schemas.flatMap(branches).flatMap((schema) => Object.keys(schema.properties ?? {}));
}

const branches = (schema: Schema): Schema[] => {
  const alternatives = [schema.anyOf, schema.oneOf, schema.allOf].flatMap(
    (list) => (list ?? []) as Schema[],
  );
  return [schema, ...alternatives.flatMap(branches)];
};
