/** The cloud's own document of its API, and what it says about one request and its answer. */
import { readFileSync } from "node:fs";
import type { Exchange, Sent } from "../../lab/emulators/exoscale.ts";
import { documentFile } from "./made.ts";
import { faultsOf, type Place, type Schema } from "./schema.ts";

type Content = { readonly content?: { readonly "application/json": { readonly schema: Schema } } };

export type Parameter = {
  readonly in: "path" | "query";
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
};

export type Operation = {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
};

/** An operation by its way in: `PUT` and `/elastic-ip/{id}:attach`. */
export type Entry = {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
};

export type ApiDocument = {
  readonly entries: readonly Entry[];
  readonly resolve: Place["resolve"];
};

type Text = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** @throws WorldFailure when the package that carries it cannot be had */
export async function officialDocument(): Promise<ApiDocument> {
  const { paths, components }: Text = JSON.parse(readFileSync(await documentFile(), "utf8"));
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const prefix = "#/components/schemas/";
  return {
    entries,
    resolve: (reference) => {
      const schema = components.schemas[reference.slice(prefix.length)];
      if (!reference.startsWith(prefix) || schema === undefined)
        throw new Error(`the document leads to ${reference}, which is not in it`);
      return schema;
    },
  };
}

export const schemaOf = (part: Content | undefined): Schema | undefined =>
  part?.content?.["application/json"].schema;

/** A line for each thing that the document does not allow; none when all is as it says. */
export function judged(document: ApiDocument, exchange: Exchange): readonly string[] {
  const { method, target, call } = exchange;
  const url = new URL(target, "http://localhost");
  const found = entryOf(document, method, url.pathname);
  if (found === undefined) return [`${method} ${url.pathname}: no such call in the document`];
  const { operation } = found.entry;
  const name = operation.operationId;
  const faults = [
    ...(call === undefined || call === name ? [] : [`was taken for ${call}`]),
    ...parameterFaults(document, operation, found.named, url.searchParams),
    ...bodyFaults(document, operation, exchange),
    ...(exchange.answer === undefined ? [] : answerFaults(document, operation, exchange.answer)),
  ];
  return faults.map((fault) => `${name} (${method} ${target}): ${fault}`);
}

type Found = { readonly entry: Entry; readonly named: Readonly<Record<string, string>> };

export function entryOf({ entries }: ApiDocument, method: string, path: string): Found | undefined {
  for (const entry of entries) {
    if (entry.method !== method) continue;
    const match = patternOf(entry.path).exec(path);
    if (match === null) continue;
    const decoded = Object.entries(match.groups ?? {}).map(([group, text]) => [
      group.replaceAll("_", "-"),
      decodeURIComponent(text),
    ]);
    return { entry, named: Object.fromEntries(decoded) };
  }
  return undefined;
}

const patterns = new Map<string, RegExp>();

/** A verb stands after a colon, so none is in a name. */
function patternOf(path: string): RegExp {
  const known = patterns.get(path);
  if (known !== undefined) return known;
  const group = (_: string, name: string): string => `(?<${name.replaceAll("-", "_")}>[^/:]+)`;
  const pattern = new RegExp(`^/v2${path.replace(/\{([^}]+)\}/g, group)}$`);
  patterns.set(path, pattern);
  return pattern;
}

function parameterFaults(
  { resolve }: ApiDocument,
  { parameters }: Operation,
  named: Readonly<Record<string, string>>,
  query: URLSearchParams,
): readonly string[] {
  const place = (at: string): Place => ({ resolve, side: "request", at });
  const unknown = [...new Set(query.keys())].filter(
    (name) => !parameters.some((one) => one.in === "query" && one.name === name),
  );
  const faults = parameters.flatMap(({ in: where, name, required, schema }) => {
    const values = where === "path" ? [named[name] ?? ""] : query.getAll(name);
    if (values.length === 0) return required ? [`parameter ${name} is missing`] : [];
    return values.flatMap((text) => faultsOf(read(text, schema), schema, place(name)));
  });
  return [...unknown.map((name) => `parameter ${name} is not in the document`), ...faults];
}

/** A parameter is text; a number or a truth is written in it as in JSON. */
function read(text: string, { type }: Schema): unknown {
  if (type === "integer" || type === "number")
    return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  return type === "boolean" && /^(true|false)$/.test(text) ? text === "true" : text;
}

function bodyFaults(
  { resolve }: ApiDocument,
  { requestBody }: Operation,
  { body, contentType = "" }: Exchange,
): readonly string[] {
  const schema = schemaOf(requestBody);
  if (schema === undefined) return body === "" ? [] : ["a body, and the document names none"];
  if (body !== "" && !isJson(contentType)) return [`a body of type ${contentType || "none"}`];
  // The official Python client leaves a body away that would have nothing in it.
  const value = body === "" ? {} : parsed(body);
  if (value === undefined) return ["the body is not JSON"];
  return faultsOf(value, schema, { resolve, side: "request", at: "body" });
}

const isJson = (contentType: string): boolean => /^application\/json(;|$)/.test(contentType);

function answerFaults(
  { resolve }: ApiDocument,
  { responses }: Operation,
  { status, contentType, body }: Sent,
): readonly string[] {
  const response = responses[String(status)];
  if (response === undefined && status < 400) return [`status ${status} is not in the document`];
  // What the document leaves out: all official clients read `message` from any error.
  const schema = response === undefined ? errorSchema : schemaOf(response);
  if (schema === undefined) return body === "" ? [] : [`status ${status} has no body`];
  if (!isJson(contentType)) return [`an answer of type ${contentType}`];
  const value = parsed(body);
  if (value === undefined) return ["the answer is not JSON"];
  return faultsOf(value, schema, { resolve, side: "answer", at: "answer" });
}

const errorSchema: Schema = {
  type: "object",
  properties: { message: { type: "string", minLength: 1 } },
  required: ["message"],
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
