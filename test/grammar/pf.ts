/**
 * A grammar check of pf.conf(5), since pfctl does not run on Linux: macros, `set skip`, and the
 * filter rules that an image ships and a node adds, with their words in pf's order. It is a
 * stand-in for `pfctl -nf`, and refuses every word that it does not know.
 */
import { isIP } from "node:net";
import { GrammarError } from "./grammar-error.ts";

export type Rule = {
  readonly action: "pass" | "block" | "match";
  readonly return: boolean;
  readonly direction: "in" | "out" | undefined;
  readonly quick: boolean;
  readonly interfaces: readonly string[];
  readonly protocols: readonly string[];
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly users: readonly string[];
};

export type Endpoint = { readonly hosts: readonly string[]; readonly ports: readonly string[] };

/** Reads the rules in their order, or throws what pfctl would refuse. */
export function parsePf(text: string): Rule[] {
  const macros = new Map<string, string[]>();
  const joined = text.replaceAll("\\\n", "  ").split("\n");
  return joined.flatMap((source, index) => {
    const line = index + 1;
    const tokens = tokensOf(source, line, macros);
    const [name, equals, ...value] = tokens;
    if (name === undefined) return [];
    if (equals === "=") {
      if (value.length === 0) throw new GrammarError(line, `macro ${name} has no value`);
      macros.set(
        name,
        value.flatMap((word) => tokensOf(unquoted(word), line, macros)),
      );
      return [];
    }
    const parser = new RuleParser(tokens, line);
    if (name !== "set") return [parser.rule()];
    parser.setSkip();
    return [];
  });
}

const unquoted = (word: string): string => word.replace(/^"(.*)"$/, "$1");

const token = /\s*(?:(#.*)|"([^"]*)"|(\$[A-Za-z0-9_]*)|([{}(),=!])|([^\s"#${}(),=!]+)|(.))/y;

function tokensOf(source: string, line: number, macros: ReadonlyMap<string, string[]>): string[] {
  const tokens: string[] = [];
  const text = source.trimEnd();
  for (token.lastIndex = 0; token.lastIndex < text.length; ) {
    const [, comment, quoted, macro, sign, word, odd] = token.exec(text) ?? [];
    if (comment !== undefined) break;
    if (macro !== undefined) {
      const value = macros.get(macro.slice(1));
      if (value === undefined)
        throw new GrammarError(line, `macro '${macro.slice(1)}' not defined`);
      tokens.push(...value);
      continue;
    }
    if (quoted?.includes("$")) {
      throw new GrammarError(line, "a macro is not expanded inside quotes");
    }
    if (odd !== undefined) throw new GrammarError(line, `unexpected ${odd}`);
    tokens.push(quoted === undefined ? (sign ?? word ?? "") : `"${quoted}"`);
  }
  return tokens;
}

const interfaceName = /^([a-z]+\d+|[a-z]+)$/;
/** Names of /etc/protocols that are in use here; any number of a byte is one too. */
const protocols = ["tcp", "udp", "icmp", "icmp6", "carp", "esp", "ah", "pfsync"];
const reserved = ["pass", "block", "match", "in", "out", "on", "proto", "quick", "user", "port"];

class RuleParser {
  readonly #tokens: string[];
  readonly #line: number;

  constructor(tokens: readonly string[], line: number) {
    this.#tokens = [...tokens];
    this.#line = line;
  }

  setSkip(): void {
    for (const word of ["set", "skip", "on"]) this.#expect(word);
    this.#list("an interface", (word) => interfaceName.test(word));
    this.#end();
  }

  rule(): Rule {
    const action = this.#take();
    if (action !== "pass" && action !== "block" && action !== "match") {
      return this.#fail(`${action} is not known`);
    }
    const returns = action === "block" && (this.#accept("return") || this.#accept("drop"));
    const direction = this.#accept("in") ? "in" : this.#accept("out") ? "out" : undefined;
    this.#accept("log");
    const quick = this.#accept("quick");
    const interfaces = this.#accept("on")
      ? this.#list("an interface", (word) => interfaceName.test(word))
      : [];
    if (!this.#accept("inet")) this.#accept("inet6");
    const wanted = this.#accept("proto") ? this.#list("a protocol", isProtocol) : [];
    const ported = wanted.length > 0 && wanted.every((name) => ["tcp", "udp"].includes(name));
    const all = this.#accept("all");
    const from = !all && this.#accept("from") ? this.#endpoint(ported) : anywhere;
    const to = !all && this.#accept("to") ? this.#endpoint(ported) : anywhere;
    const users = this.#users(ported);
    if (this.#accept("keep")) this.#expect("state");
    this.#end();
    const common = { interfaces, protocols: wanted, from, to, users };
    return { action, return: returns, direction, quick, ...common };
  }

  #endpoint(ported: boolean): Endpoint {
    const hosts = this.#next() === "port" ? [] : this.#list("an address", isHost);
    if (!this.#accept("port")) return { hosts, ports: [] };
    if (!ported) this.#fail("port only applies to tcp and udp");
    return { hosts, ports: this.#list("a port", isPort) };
  }

  #users(ported: boolean): readonly string[] {
    if (!this.#accept("user")) return [];
    if (!ported) this.#fail("user only applies to tcp and udp");
    return this.#list("a user", (word) => /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(word));
  }

  /** One item, or several in braces with or without commas; `!` stands before its item. */
  #list(what: string, fits: (word: string) => boolean): string[] {
    if (!this.#accept("{")) return [this.#item(what, fits)];
    const items: string[] = [];
    do {
      items.push(this.#item(what, fits));
      this.#accept(",");
    } while (!this.#accept("}"));
    return items;
  }

  #item(what: string, fits: (word: string) => boolean): string {
    const not = this.#accept("!") ? "!" : "";
    const word = this.#take();
    if (!fits(word) || reserved.includes(word)) return this.#fail(`${word} is not ${what}`);
    return `${not}${word}`;
  }

  #next(): string | undefined {
    return this.#tokens[0];
  }

  #take(): string {
    return this.#tokens.shift() ?? this.#fail("the line ends too soon");
  }

  #accept(word: string): boolean {
    const found = this.#next() === word;
    if (found) this.#tokens.shift();
    return found;
  }

  #expect(word: string): void {
    if (!this.#accept(word))
      this.#fail(`${word} is wanted, not ${this.#next() ?? "the line's end"}`);
  }

  #end(): void {
    if (this.#next() !== undefined) this.#fail(`${this.#next()} is not known here`);
  }

  #fail(message: string): never {
    throw new GrammarError(this.#line, message);
  }
}

const anywhere: Endpoint = { hosts: [], ports: [] };

const isByte = (word: string): boolean => /^\d{1,3}$/.test(word) && Number(word) <= 255;

const isProtocol = (word: string): boolean => protocols.includes(word) || isByte(word);

function isHost(word: string): boolean {
  const [address = "", prefix] = word.split("/");
  if (["any", "self", "egress"].includes(word) || /^<[a-z0-9_]+>$/.test(word)) return true;
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) !== 0 && (prefix === undefined || (isByte(prefix) && Number(prefix) <= bits))
  );
}

const isPort = (word: string): boolean =>
  word.split(":").length <= 2 &&
  word
    .split(":")
    .every((end) => (/^\d{1,5}$/.test(end) ? Number(end) <= 65535 : /^[a-z]+$/.test(end)));
