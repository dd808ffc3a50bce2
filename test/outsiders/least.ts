/** The least that the document lets a call be made with. */
import { type ApiDocument, type Entry, schemaOf } from "./document.ts";
import type { Schema } from "./schema.ts";

/** A UUID that names nothing. */
export const nothing = "99999999-0000-4000-8000-000000000099";

const reference = { id: nothing };

/**
 * What the document leaves open and a cloud must still ask for: a reference is a whole object to
 * it, every field of which may be left away, and an address range is any text.
 */
const known: Readonly<Record<string, unknown>> = {
  cidr: "192.0.2.0/24",
  instance: reference,
  "instance-type": reference,
  template: reference,
};

/** What a call would mean nothing without, though the document lets it be left away. */
const asked: Readonly<Record<string, object>> = {
  "update-reverse-dns-instance": { "domain-name": "www.example.com" },
  "update-reverse-dns-elastic-ip": { "domain-name": "www.example.com" },
  "update-private-network-instance-ip": { instance: reference },
};

/** Body of a call with what is required and no more; nothing where it has none. */
export function leastBody({ resolve }: ApiDocument, { operation }: Entry): object | undefined {
  const schema = schemaOf(operation.requestBody);
  if (schema === undefined) return undefined;
  return { ...(least(schema, resolve) as object), ...asked[operation.operationId] };
}

function least(schema: Schema, resolve: ApiDocument["resolve"]): unknown {
  const { $ref, type, format, enum: among, ...rest } = schema;
  if (typeof $ref === "string") return least({ ...resolve($ref), ...rest }, resolve);
  if (Array.isArray(among)) return among[0];
  switch (type) {
    case "object": {
      const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
      const required = (schema.required ?? []) as readonly string[];
      return Object.fromEntries(
        required.map((name) => [name, known[name] ?? least(properties[name] ?? {}, resolve)]),
      );
    }
    case "array":
      return [];
    case "string":
      if (format === "uuid") return nothing;
      return format === "ipv4" ? "192.0.2.1" : "x".repeat(Number(schema.minLength ?? 1));
    case "integer":
    case "number":
      return Number(schema.minimum ?? 0) + (schema.exclusiveMinimum === true ? 1 : 0);
    case "boolean":
      return false;
    default:
      throw new Error(`no least value of type ${type} is known`);
  }
}
