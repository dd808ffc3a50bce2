/**
 * Which values of a stack file may be secrets that somebody pasted where only a reference belongs.
 * The lines that hold them are never shown, whatever the message is about.
 */
import type { Path } from "./diagnostic.ts";
import { parseReference } from "./reference.ts";
import { holdsPrivateKey } from "./ssh-key.ts";
import { suggest } from "./suggest.ts";

const secretFields = ["secret", "auth-pass", "credentials"];
const secretWords = /secret|pass|credential|token|private-?key/i;

/** Slips of the finger count too: what is under `secert` was meant to be a secret. */
const namesSecret = (key: string): boolean =>
  secretWords.test(key) || suggest(key, secretFields) !== undefined;

type Leaf = { readonly path: Path; readonly value: unknown; readonly secret: boolean };

/** The paths of all values that are a secret, or the same as one: an alias may bring it there. */
export function pastedSecrets(data: unknown): Path[] {
  const leaves = leavesOf(data);
  const secrets = new Set(leaves.filter(({ secret }) => secret).map(({ value }) => value));
  return leaves.filter(({ value }) => secrets.has(value)).map(({ path }) => path);
}

/** All values that are no collections, with whether they are under the name of a secret. */
function leavesOf(data: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const seen = { open: new Set<object>(), secret: new Set<object>() };
  const walk = (value: unknown, path: Path, secret: boolean): void => {
    if (typeof value !== "object" || value === null) {
      const reference = typeof value === "string" && parseReference(value) !== undefined;
      const key = typeof value === "string" && holdsPrivateKey(value);
      if (!reference && value !== null) leaves.push({ path, value, secret: secret || key });
      return;
    }
    // An alias may lead back to what is around it.
    const visited = secret ? seen.secret : seen.open;
    if (visited.has(value)) return;
    visited.add(value);
    const steps: [string | number, unknown][] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
    for (const [step, item] of steps) {
      walk(item, [...path, step], secret || (typeof step === "string" && namesSecret(step)));
    }
  };
  walk(data, [], false);
  return leaves;
}

const keysIn = (text: string): string[] =>
  [...text.matchAll(/([\w-]+)["']?[ \t]*:/g)].map(([, key = ""]) => key);

/**
 * Whether a line of a text that is no YAML may hold a secret, or the rest of one that began above.
 * @param before the text up to the place in the line
 */
export function mayHoldSecret(before: string, line: string): boolean {
  if (holdsPrivateKey(before + line)) return true;
  const keys = [...keysIn(before.slice(-4096)).slice(-1), ...keysIn(line)];
  return keys.some((key) => namesSecret(key) || /(^|-)key$/i.test(key));
}
