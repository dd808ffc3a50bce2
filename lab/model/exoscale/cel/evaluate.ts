/** What an expression says of a request. */
import { type Expression, parse } from "./parse.ts";
import { CelError } from "./tokens.ts";

type Fields = Readonly<Record<string, unknown>>;

/** @throws CelError where the expression cannot be read, or names what is not there */
export const evaluate = (text: string, variables: Fields): unknown => value(parse(text), variables);

function value(tree: Expression, variables: Fields): unknown {
  switch (tree.kind) {
    case "value":
      return tree.value;
    case "name":
      return fieldOf(variables, tree.name);
    case "list":
      return tree.items.map((item) => value(item, variables));
    case "field":
      return fieldOf(value(tree.of, variables), tree.name);
    case "index":
      return indexed(value(tree.of, variables), value(tree.at, variables));
    case "not":
      return !truth(value(tree.of, variables));
    case "call": {
      const args = tree.args.map((arg) => value(arg, variables));
      return called(value(tree.of, variables), tree.name, args);
    }
    case "both":
      return tree.sign === "&&" || tree.sign === "||"
        ? joined(tree, variables)
        : compared(tree.sign, value(tree.left, variables), value(tree.right, variables));
  }
}

const isFields = (one: unknown): one is Fields =>
  typeof one === "object" && one !== null && !Array.isArray(one);

function fieldOf(of: unknown, name: string): unknown {
  if (!isFields(of) || !Object.hasOwn(of, name)) throw new CelError(`there is no ${name}`);
  return of[name];
}

function indexed(of: unknown, at: unknown): unknown {
  if (Array.isArray(of) && typeof at === "number" && at < of.length) return of[at];
  return fieldOf(of, String(at));
}

function truth(one: unknown): boolean {
  if (typeof one !== "boolean") throw new CelError("this is neither true nor false");
  return one;
}

/** One side may fail where the other decides alone: so CEL has it, in either order. */
function joined(
  { sign, left, right }: Extract<Expression, { kind: "both" }>,
  variables: Fields,
): boolean {
  const decisive = sign === "||";
  const sides = [left, right].map((side): boolean | CelError => {
    try {
      return truth(value(side, variables));
    } catch (error) {
      if (error instanceof CelError) return error;
      throw error;
    }
  });
  if (sides.includes(decisive)) return decisive;
  for (const side of sides) if (side instanceof CelError) throw side;
  return !decisive;
}

function compared(sign: string, left: unknown, right: unknown): boolean {
  switch (sign) {
    case "==":
      return same(left, right);
    case "!=":
      return !same(left, right);
    case "in":
      if (Array.isArray(right)) return right.some((one) => same(left, one));
      if (isFields(right)) return Object.hasOwn(right, String(left));
      throw new CelError("`in` needs a list");
    default:
      return ordered(sign, left, right);
  }
}

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function ordered(sign: string, left: unknown, right: unknown): boolean {
  const comparable =
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string");
  if (!comparable) throw new CelError(`${sign} compares two numbers or two texts`);
  if (left === right) return sign === "<=" || sign === ">=";
  return left < right === sign.startsWith("<");
}

function called(of: unknown, name: string, args: readonly unknown[]): unknown {
  const [first] = args;
  if (name === "has" && isFields(of)) return Object.hasOwn(of, String(first));
  if (name === "size" && (typeof of === "string" || Array.isArray(of))) return of.length;
  if (typeof of === "string" && typeof first === "string") {
    if (name === "startsWith") return of.startsWith(first);
    if (name === "endsWith") return of.endsWith(first);
    if (name === "contains") return of.includes(first);
    // CEL's expressions are RE2's; what policies write reads the same here.
    if (name === "matches") return new RegExp(first, "u").test(of);
  }
  throw new CelError(`${name}() is not known for this value`);
}
