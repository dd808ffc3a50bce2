/** The words of a policy's expression. Source: the Common Expression Language's definition. */

export type Token =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  | { readonly kind: "sign"; readonly text: string };

/** What is no expression of the subset that is understood here. */
export class CelError extends Error {}

const patterns = [
  /^\s+/,
  /^(?<name>[A-Za-z_]\w*)/,
  /^(?<number>\d+(?:\.\d+)?)/,
  /^(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/,
  /^(?<sign>&&|\|\||==|!=|<=|>=|[<>!()[\],.?:+-])/,
];

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = text;
  while (rest !== "") {
    const match = patterns.map((pattern) => pattern.exec(rest)).find((found) => found !== null);
    if (match === undefined) throw new CelError(`cannot read "${rest.slice(0, 20)}"`);
    const { name, number, text: quoted, sign } = match.groups ?? {};
    if (name !== undefined) tokens.push(named(name));
    if (number !== undefined) tokens.push({ kind: "value", value: Number(number) });
    if (quoted !== undefined) tokens.push({ kind: "value", value: unquoted(quoted) });
    if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    rest = rest.slice(match[0].length);
  }
  return tokens;
}

function named(text: string): Token {
  if (!Object.hasOwn(words, text)) return { kind: "name", text };
  return { kind: "value", value: words[text] ?? null };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

const unquoted = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
