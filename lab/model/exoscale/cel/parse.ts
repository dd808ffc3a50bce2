/** From words to a tree. Only what policies are written in: no macros, no maps, no arithmetic. */
import { CelError, type Token, tokensOf } from "./tokens.ts";

export type Expression =
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "field"; readonly of: Expression; readonly name: string }
  | {
      readonly kind: "call";
      readonly of: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: "index"; readonly of: Expression; readonly at: Expression }
  | { readonly kind: "not"; readonly of: Expression }
  | {
      readonly kind: "both";
      readonly sign: string;
      readonly left: Expression;
      readonly right: Expression;
    };

/** The words that are left. */
type Rest = { readonly tokens: readonly Token[]; at: number };

/** @throws CelError */
export function parse(text: string): Expression {
  const rest: Rest = { tokens: tokensOf(text), at: 0 };
  const tree = level(rest, 0);
  if (rest.at < rest.tokens.length) throw new CelError("there is more after the expression");
  return tree;
}

/** Operators, the loosest first. */
const levels = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"]];

function level(rest: Rest, depth: number): Expression {
  const signs = levels[depth];
  if (signs === undefined) return unary(rest);
  let left = level(rest, depth + 1);
  for (let sign = taken(rest, signs); sign !== undefined; sign = taken(rest, signs))
    left = { kind: "both", sign, left, right: level(rest, depth + 1) };
  return left;
}

function unary(rest: Rest): Expression {
  if (taken(rest, ["!"]) !== undefined) return { kind: "not", of: unary(rest) };
  let tree = primary(rest);
  for (;;) {
    if (taken(rest, ["."]) !== undefined) {
      const name = nameOf(rest);
      tree =
        taken(rest, ["("]) === undefined
          ? { kind: "field", of: tree, name }
          : { kind: "call", of: tree, name, args: listUntil(rest, ")") };
    } else if (taken(rest, ["["]) !== undefined) {
      tree = { kind: "index", of: tree, at: level(rest, 0) };
      must(rest, "]");
    } else return tree;
  }
}

function primary(rest: Rest): Expression {
  const token = rest.tokens[rest.at];
  rest.at += 1;
  if (token?.kind === "value") return { kind: "value", value: token.value };
  if (token?.kind === "name") return { kind: "name", name: token.text };
  if (token?.text === "[") return { kind: "list", items: listUntil(rest, "]") };
  if (token?.text !== "(") throw new CelError(`did not expect ${token?.text ?? "the end"}`);
  const inner = level(rest, 0);
  must(rest, ")");
  return inner;
}

function listUntil(rest: Rest, closing: string): readonly Expression[] {
  const items: Expression[] = [];
  if (taken(rest, [closing]) !== undefined) return items;
  do items.push(level(rest, 0));
  while (taken(rest, [","]) !== undefined);
  must(rest, closing);
  return items;
}

function taken(rest: Rest, signs: readonly string[]): string | undefined {
  const token = rest.tokens[rest.at];
  if (token === undefined || token.kind === "value" || !signs.includes(token.text))
    return undefined;
  rest.at += 1;
  return token.text;
}

function must(rest: Rest, sign: string): void {
  if (taken(rest, [sign]) === undefined) throw new CelError(`${sign} is missing`);
}

function nameOf(rest: Rest): string {
  const token = rest.tokens[rest.at];
  if (token?.kind !== "name") throw new CelError("a field's name is missing");
  rest.at += 1;
  return token.text;
}
