/**
 * Words of ifstated.conf(5), as ifstated's own lexer cuts them: strings in either quote, numbers,
 * words, single characters, ends of lines. A macro outside quotes is replaced by its value, in
 * which no further macro is.
 */
import { GrammarError } from "./grammar-error.ts";

export type Token = {
  readonly kind: "word" | "string" | "number" | "punctuation" | "newline" | "end";
  readonly text: string;
  readonly line: number;
};

const number = /-?\d+(?=[\s),/}]|$)/y;
const word = /[A-Za-z0-9:_&|][^\s(){}!=#,.]*/y;
const macro = /\$([A-Za-z0-9_]*)/y;

/** Cuts on demand, since a macro can be used only behind its definition. */
export class Lexer {
  readonly #text: string;
  readonly #macros = new Map<string, string>();
  readonly #expansion: Token[] = [];
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  define(name: string, value: string): void {
    this.#macros.set(name, value);
  }

  get macros(): ReadonlyMap<string, string> {
    return this.#macros;
  }

  next(): Token {
    const pending = this.#expansion.shift();
    if (pending !== undefined) return pending;
    this.#skipBlanks();
    const line = this.#line;
    const character = this.#text[this.#at];
    if (character === undefined) return { kind: "end", text: "the end of the file", line };
    if (character === "\n") {
      this.#at += 1;
      this.#line += 1;
      return { kind: "newline", text: "the end of the line", line };
    }
    if (character === "$") return this.#expand(line);
    if (character === '"' || character === "'") return this.#quoted(character, line);
    const digits = this.#match(number);
    if (digits !== undefined) return { kind: "number", text: digits, line };
    const text = this.#match(word);
    if (text !== undefined) return { kind: "word", text, line };
    this.#at += 1;
    return { kind: "punctuation", text: character, line };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#text) ?? [];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  #skipBlanks(): void {
    const [blanks = ""] = /^(?:[ \t]|\\\n)*(?:#[^\n]*)?/.exec(this.#text.slice(this.#at)) ?? [];
    this.#line += blanks.split("\n").length - 1;
    this.#at += blanks.length;
  }

  #expand(line: number): Token {
    const name = (this.#match(macro) ?? "").slice(1);
    const value = this.#macros.get(name);
    if (value === undefined) throw new GrammarError(line, `macro '${name}' not defined`);
    const inner = new Lexer(value);
    for (let token = inner.next(); token.kind !== "end"; token = inner.next()) {
      this.#expansion.push({ ...token, line });
    }
    return this.next();
  }

  #quoted(quote: string, line: number): Token {
    let text = "";
    for (this.#at += 1; this.#text[this.#at] !== quote; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        throw new GrammarError(line, "reached end of file while parsing quoted string");
      }
      // ifstated drops the line end and goes on; nobody means that.
      if (character === "\n")
        throw new GrammarError(line, "a string goes over the end of its line");
      const escaped = character === "\\" && this.#text[this.#at + 1] === quote;
      if (escaped) this.#at += 1;
      text += escaped ? quote : character;
    }
    this.#at += 1;
    return { kind: "string", text, line };
  }
}
