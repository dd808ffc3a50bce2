/**
 * Templates: text with names, which gets exactly the values it asks for. Every text value passes
 * through the escape of the file's format; a name that is missing, or not asked for, is a bug of
 * ours and throws. Handlebars' strict mode alone does not see an unknown name in `{{#if x}}`.
 */
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import type { Escape } from "./escape.ts";

type Value = string | number | boolean | readonly Values[];
export type Values = { readonly [name: string]: Value };

/** The names that a scope of a template asks for; lists have a scope of their own. */
type Shape = Map<string, Shape | undefined>;
export type Template = {
  readonly name: string;
  readonly shape: Shape;
  readonly run: (values: unknown) => string;
};

const folder = new URL("../templates/", import.meta.url);
const cache = new Map<string, Template>();

/**
 * Fills a template of `templates/`.
 * @param name file name without `.hbs`
 * @param format the escape of the format that the file is written in
 */
export function render(name: string, format: Escape, values: Values): string {
  const known = cache.get(name) ?? compile(name, readFileSync(fileOf(name), "utf8"));
  cache.set(name, known);
  return fill(known, format, values);
}

const fileOf = (name: string): URL => new URL(`${name}.hbs`, folder);

/** @param name how messages call the template */
export const compile = (name: string, source: string): Template => ({
  name,
  shape: shapeOf(name, Handlebars.parse(source)),
  run: Handlebars.compile(source, {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: { each: true, if: true, unless: true },
    explicitPartialContext: true,
  }),
});

export function fill({ name, shape, run }: Template, format: Escape, values: Values): string {
  check(name, shape, values);
  return run(escaped(values, format));
}

function escaped(values: Values, format: Escape): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, Value] => {
      if (typeof value === "string") return [name, value === "" ? "" : format(value)];
      if (Array.isArray(value)) return [name, value.map((item: Values) => escaped(item, format))];
      return [name, value];
    }),
  );
}

function check(name: string, shape: Shape, values: Values): void {
  const asked = [...shape.keys()].sort().join(" ");
  const given = Object.keys(values).sort().join(" ");
  if (asked !== given) throw new Error(`template ${name} asks for [${asked}], got [${given}]`);
  for (const [key, inner] of shape) {
    const value = values[key];
    const isList = Array.isArray(value);
    if (isList !== (inner !== undefined)) {
      throw new Error(`template ${name} asks for ${key} as ${isList ? "a value" : "a list"}`);
    }
    if (isList && inner !== undefined) {
      for (const item of value) check(`${name} ${key}`, inner, item);
    }
  }
}

function shapeOf(name: string, program: hbs.AST.Program, shape: Shape = new Map()): Shape {
  for (const statement of program.body) {
    if (statement.type === "MustacheStatement") {
      note(shape, nameOf(name, (statement as hbs.AST.MustacheStatement).path));
    } else if (statement.type === "BlockStatement") {
      block(name, statement as hbs.AST.BlockStatement, shape);
    } else if (!/^(Content|Comment)Statement$/.test(statement.type)) {
      throw new Error(`template ${name}: no ${statement.type} is allowed`);
    }
  }
  return shape;
}

/** `each` opens a scope of its own; `if` and `unless` look into the one around them. */
function block(name: string, statement: hbs.AST.BlockStatement, shape: Shape): void {
  const [parameter] = statement.params;
  if (parameter === undefined) throw new Error(`template ${name}: a block without a name`);
  const key = nameOf(name, parameter);
  if (nameOf(name, statement.path) === "each") {
    const inner = shape.get(key) ?? new Map();
    shape.set(key, shapeOf(name, statement.program, inner));
  } else {
    note(shape, key);
    shapeOf(name, statement.program, shape);
  }
  if (statement.inverse) shapeOf(name, statement.inverse, shape);
}

const note = (shape: Shape, key: string): void => {
  if (!shape.has(key)) shape.set(key, undefined);
};

function nameOf(name: string, expression: hbs.AST.Expression): string {
  const path = expression as hbs.AST.PathExpression;
  if (path.type !== "PathExpression" || path.depth !== 0 || path.parts.length !== 1) {
    throw new Error(`template ${name}: only plain names are allowed, not ${path.original}`);
  }
  return String(path.parts[0]);
}
