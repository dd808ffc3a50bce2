/**
 * Rules for JSON: each takes a value and gives it back in its canonical form, or says what it must
 * be. The agent has no dependencies, so this stands in for a schema library.
 */

/** Gives undefined where the value breaks the rule. */
export type Rule = (value: unknown, say: Say) => unknown;

/** Takes what the value must be, and where inside the value that is. */
export type Say = (wants: string, inside?: string) => undefined;

/** A rule for every key of a type, so that the compiler finds a key that was forgotten. */
export type Shape<Type> = { readonly [Key in keyof Type]-?: Rule };

type Fields = Record<string, unknown>;

/** What `rule` makes of the JSON in `text`. Of a broken text it keeps what was right. */
export function readJson(
  text: string,
  ruleOf: (value: unknown) => Rule,
  errors: string[],
): unknown {
  const say: Say = (wants, inside = "") => {
    errors.push(`${inside.slice(1) || "the file"}: must be ${wants}`);
  };
  let value: unknown;
  try {
    // Some editors begin a file with a mark of their own.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // The parser's own message may quote the text, which may hold a secret.
    const [, at] = /position (\d+)/.exec(String(error)) || [];
    return say(`JSON${at ? `; look at line ${text.slice(0, +at).split("\n").length}` : ""}`);
  }
  return ruleOf(value)(value, say);
}

/** An object with the keys of `shape`. Others must keep to `rest`; without it there are none. */
export const object =
  <Type>(
    shape: Shape<Type>,
    rest: Rule = (_, say) => say("left out: no such key is known"),
  ): Rule =>
  (value, say) => {
    if (!isFields(value)) return say("an object");
    const rules = new Map(Object.entries<Rule>(shape));
    for (const key of new Set([...rules.keys(), ...Object.keys(value)])) {
      const rule = rules.get(key) || rest;
      const kept = rule(value[key], (wants, inside = "") => say(wants, `.${key}${inside}`));
      // The value is JSON that was just read, and nobody else's.
      if (kept !== undefined) value[key] = kept;
    }
    return value;
  };

/** One of several shapes; the value of `key` says which. */
export const union =
  <Type extends { readonly [Name in Key]: string }, Key extends string>(
    key: Key,
    shapes: {
      readonly [Kind in Type[Key]]: Shape<Omit<Extract<Type, Readonly<Record<Key, Kind>>>, Key>>;
    },
    why = "",
  ): Rule =>
  (value, say) => {
    const kinds = Object.keys(shapes);
    const found = Object.entries<object>(shapes).find(
      ([kind]) => isFields(value) && value[key] === kind,
    );
    return found
      ? object({ ...found[1], [key]: (kind: unknown) => kind })(value, say)
      : say(kinds.join(" or ") + why, `.${key}`);
  };

export const list =
  (rule: Rule, min: number, max: number): Rule =>
  (value, say) =>
    Array.isArray(value) && value.length >= min && value.length <= max
      ? value.map((item, at) => rule(item, (wants, inside = "") => say(wants, `[${at}]${inside}`)))
      : say(`a list of ${min} to ${max}`);

export const optional =
  (rule: Rule): Rule =>
  (value, say) =>
    value === undefined ? value : rule(value, say);

/** A value of which `accept` makes something. */
const leaf =
  (wants: string, accept: (value: unknown) => unknown): Rule =>
  (value, say) => {
    const kept = accept(value);
    return kept === undefined ? say(wants) : kept;
  };

export const oneOf = (...values: readonly unknown[]): Rule =>
  leaf(values.join(" or "), (value) => values.find((one) => one === value));

export const whole = (min: number, max: number): Rule =>
  leaf(`a whole number from ${min} to ${max}`, (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max ? value : undefined,
  );

/** Text of which `canonical` makes something; the empty text is none. */
export const text = (wants: string, canonical: (text: string) => string | undefined): Rule =>
  leaf(wants, (value) => (typeof value === "string" && canonical(value)) || undefined);

export const matching = (wants: string, pattern: RegExp): Rule =>
  text(wants, (given) => (pattern.test(given) ? given : ""));

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
