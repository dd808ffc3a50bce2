/**
 * Holds a JSON value against a schema of the cloud's own OpenAPI 3.0 document. Stricter than the
 * specification in one thing: a field that the document does not name is a fault, since a slip in a
 * name would pass otherwise. A keyword that is not understood here is an error of ours.
 */

export type Schema = { readonly [keyword: string]: unknown };

export type Place = {
  /** What `$ref` leads to, by its whole text. */
  readonly resolve: (reference: string) => Schema;
  readonly side: "request" | "answer";
  /** Where the value is, as people read it: `$.instances[0].state`. */
  readonly at: string;
};

/** A line for each thing in the value that the schema does not allow. */
export function faultsOf(value: unknown, schema: Schema, place: Place): readonly string[] {
  const { $ref, ...own } = schema;
  const whole = typeof $ref === "string" ? { ...place.resolve($ref), ...own } : own;
  if (typeof whole.$ref === "string") return faultsOf(value, whole, place);
  const unknown = Object.keys(whole).filter((keyword) => !isKnown(keyword));
  if (unknown.length > 0) throw new Error(`${place.at}: keywords ${unknown} are not understood`);
  if (value === null && isNullable(whole)) return [];
  if (whole.type !== undefined && !typesOf(whole).includes(typeOf(value, whole)))
    return [`${place.at} is ${shown(value)}, and no ${typesOf(whole).join(" or ")}`];
  const wrong = Object.entries(checks).flatMap(([keyword, check]) =>
    whole[keyword] === undefined || check(value, whole[keyword], whole) ? [] : [keyword],
  );
  return [
    ...wrong.map(
      (keyword) => `${place.at} is ${shown(value)}: ${keyword} ${shown(whole[keyword])}`,
    ),
    ...within(value, whole, place),
  ];
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const typesOf = ({ type }: Schema): readonly unknown[] => [type].flat();

const isNullable = (schema: Schema): boolean =>
  schema.nullable === true || typesOf(schema).includes("null");

function typeOf(value: unknown, schema: Schema): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "number") return typeof value;
  return Number.isInteger(value) && typesOf(schema).includes("integer") ? "integer" : "number";
}

type Fields = Readonly<Record<string, unknown>>;

const count = (text: string): number => [...text].length;

const checks: Readonly<
  Record<string, (value: unknown, limit: unknown, schema: Schema) => boolean>
> = {
  enum: (value, among) => (among as readonly unknown[]).includes(value),
  format: (value, format) => (formats[String(format)] ?? notUnderstood(format))(String(value)),
  pattern: (value, pattern) => new RegExp(String(pattern), "u").test(String(value)),
  minLength: (value, least) => count(String(value)) >= Number(least),
  maxLength: (value, most) => count(String(value)) <= Number(most),
  minimum: (value, least, { exclusiveMinimum }) =>
    exclusiveMinimum === true ? Number(value) > Number(least) : Number(value) >= Number(least),
  maximum: (value, most, { exclusiveMaximum }) =>
    exclusiveMaximum === true ? Number(value) < Number(most) : Number(value) <= Number(most),
  minItems: (value, least) => (value as readonly unknown[]).length >= Number(least),
  maxItems: (value, most) => (value as readonly unknown[]).length <= Number(most),
  uniqueItems: (value) => {
    const texts = (value as readonly unknown[]).map((item) => JSON.stringify(item));
    return new Set(texts).size === texts.length;
  },
  minProperties: (value, least) => Object.keys(value as object).length >= Number(least),
};

const notUnderstood = (format: unknown): never => {
  throw new Error(`format ${format} is not understood`);
};

const byte = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => new RegExp(`^${byte}(\\.${byte}){3}$`).test(text),
  // RFC 3339, section 5.6.
  "date-time": (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  "uri-reference": (text) => URL.canParse(text, "http://localhost"),
  // Widths of numbers: JSON and JavaScript have one kind.
  int64: (text) => Number.isSafeInteger(Number(text)),
  double: () => true,
};

/** What says nothing about a value, or is looked at together with another keyword. */
const silent = new Set([
  ...["description", "title", "example", "default", "deprecated", "nullable", "type"],
  // The one field that is marked `writeOnly` is a security group's rules; the provider finds its
  // rules in every answer that tells a group, so the mark is taken for a slip.
  ...["exclusiveMinimum", "exclusiveMaximum", "readOnly", "writeOnly"],
  ...["properties", "required", "additionalProperties", "items"],
]);

const isKnown = (keyword: string): boolean =>
  silent.has(keyword) || keyword in checks || keyword.startsWith("x-");

/** The faults of items and fields. */
function within(value: unknown, schema: Schema, place: Place): readonly string[] {
  if (Array.isArray(value)) {
    const items = (schema.items ?? {}) as Schema;
    return value.flatMap((item, at) =>
      faultsOf(item, items, { ...place, at: `${place.at}[${at}]` }),
    );
  }
  return typeof value === "object" && value !== null
    ? withinObject(value as Fields, schema, place)
    : [];
}

function withinObject(value: Fields, schema: Schema, place: Place): readonly string[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const others = schema.additionalProperties ?? schema.properties === undefined;
  const required = (schema.required ?? []) as readonly string[];
  const missing = required.filter(
    // What only the cloud can tell is required of its answers alone.
    (name) =>
      !Object.hasOwn(value, name) &&
      !(place.side === "request" && properties[name]?.readOnly === true),
  );
  const faults = Object.entries(value).flatMap(([name, field]) => {
    const at = `${place.at}.${name}`;
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own !== undefined) return faultsOf(field, own, { ...place, at });
    if (others === true) return [];
    if (others === false) return [`${at} is not in the document`];
    return faultsOf(field, others as Schema, { ...place, at });
  });
  return [...missing.map((name) => `${place.at}.${name} is missing`), ...faults];
}
