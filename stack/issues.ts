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
    const meant = branchMeant(issue.errors);
    const words = ownWords(issue);
    if (meant === undefined && words !== undefined && issue.input !== undefined) {
      return [{ severity: "error", path, message: words }];
    }
    const inner = meant ?? issue.errors[0] ?? [];
    return inner.flatMap((one) => flatten(one, path, root));
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
  /^(Invalid|Too small|Too big)/.test(issue.message) ? undefined : issue.message;

function saying(issue: Issue): Pick<Finding, "message" | "fix"> {
  const words = ownWords(issue);
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const meant = typeof issue.input === "string" ? suggest(issue.input, known) : undefined;
    return messages.notOneOf(issue.input, known, meant);
  }
  if (words !== undefined) return { message: words };
  if (issue.code === "invalid_type") return messages.wrongType(issue.expected);
  if (issue.code === "too_big") return messages.tooBig(Number(issue.maximum));
  if (issue.code === "too_small") {
    const counted = issue.origin === "array" || issue.origin === "string";
    return counted ? messages.nothingHere() : messages.tooSmall(Number(issue.minimum));
  }
  return { message: issue.message };
}

/** Of the branches of a union, the one whose kind of value was written, if any. */
const branchMeant = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches.find((issues) => !issues.some(({ code, path }) => path.length === 0 && kinds.has(code)));

/** What an issue is called where a value is of another kind altogether. */
const kinds: ReadonlySet<string> = new Set(["invalid_type", "invalid_value"]);

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
