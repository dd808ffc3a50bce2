/**
 * A grammar check of ifstated.conf(5), since ifstated does not run on Linux: recursive descent
 * after the grammar of usr.sbin/ifstated/parse.y (1.21). It is a stand-in for `ifstated -n`, and
 * stricter in two places: it refuses a defined macro inside quotes, which ifstated would not
 * expand, and a line end there, which ifstated would drop.
 */
import { GrammarError } from "./grammar-error.ts";
import { Lexer, type Token } from "./ifstated-tokens.ts";

export type Expression =
  | { readonly link: string; readonly is: string }
  | { readonly command: string; readonly everySeconds: number }
  | { readonly not: Expression }
  | { readonly left: Expression; readonly operator: "&&" | "||"; readonly right: Expression };

export type Action =
  | { readonly run: string }
  | { readonly setState: string; readonly line: number }
  | { readonly condition: Expression; readonly actions: readonly Action[] };

export type State = {
  readonly name: string;
  readonly init: readonly Action[];
  readonly body: readonly Action[];
};

export type Configuration = {
  readonly initialState: string;
  readonly states: readonly State[];
  /** Actions outside all states, which run at every event. */
  readonly always: readonly Action[];
};

/** Reads a configuration, or throws what ifstated would refuse. */
export function parseIfstated(text: string): Configuration {
  return new Parser(text).configuration();
}

/** None of these can name a state, a macro or an interface outside quotes. */
const keywords =
  "added down every if init init-state link loglevel removed run set-state state unknown up && ||".split(
    " ",
  );

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #inState = false;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  configuration(): Configuration {
    const states: State[] = [];
    const always: Action[] = [];
    let initial: Token | undefined;
    while (this.#token.kind !== "end") {
      if (this.#skip("newline")) continue;
      if (this.#accept("state")) states.push(this.#state(states));
      else if (this.#accept("init-state")) initial = this.#name("the name of a state");
      else if (this.#accept("loglevel")) this.#name("a level");
      else if (this.#is("if") || this.#is("run") || this.#is("set-state")) {
        always.push(this.#action());
      } else this.#definition();
      this.#endOfLine();
    }
    const known = states.map(({ name }) => name);
    const [first] = known;
    if (first === undefined) this.#fail("no state is defined");
    if (initial !== undefined && !known.includes(initial.text)) {
      throw new GrammarError(initial.line, `unknown state ${initial.text}`);
    }
    for (const action of states.flatMap(({ init, body }) => [...init, ...body])) {
      checkStates(action, known);
    }
    return { initialState: initial?.text ?? first ?? "", states, always };
  }

  #definition(): void {
    const name = this.#name("a macro, a state or an action");
    this.#expect("=");
    const values = [this.#value()];
    while (this.#isText()) values.push(this.#value());
    this.#lexer.define(name.text, values.join(" "));
  }

  #value(): string {
    if (!this.#isText()) this.#fail(`a value is missing before ${this.#token.text}`);
    return this.#take().text;
  }

  #state(known: readonly State[]): State {
    const { text: name, line } = this.#name("the name of a state");
    if (known.some((state) => state.name === name)) {
      throw new GrammarError(line, `state ${name} already exists`);
    }
    this.#newlines();
    this.#expect("{");
    this.#newlines();
    const init: Action[] = [];
    const body: Action[] = [];
    this.#inState = true;
    do {
      if (this.#accept("init")) init.push(...this.#block());
      else body.push(this.#action());
      this.#endOfLine();
      this.#newlines();
    } while (!this.#accept("}"));
    this.#inState = false;
    return { name, init, body };
  }

  /** One action, or several in braces, each of which ends its line. */
  #block(): Action[] {
    this.#newlines();
    if (!this.#accept("{")) return [this.#action()];
    this.#newlines();
    const actions: Action[] = [];
    do {
      actions.push(this.#action());
      this.#endOfLine();
      this.#newlines();
    } while (!this.#accept("}"));
    return actions;
  }

  #action(): Action {
    const { line } = this.#token;
    if (this.#accept("run")) {
      if (!this.#isText()) this.#fail("run needs a command");
      return { run: this.#command(this.#take()) };
    }
    if (this.#accept("set-state")) {
      if (!this.#inState) throw new GrammarError(line, "set-state must be used inside a state");
      return { setState: this.#name("the name of a state").text, line };
    }
    if (this.#accept("init")) throw new GrammarError(line, "init stands directly in a state only");
    if (!this.#accept("if")) this.#fail(`${this.#token.text} is not an action`);
    const condition = this.#expression();
    return { condition, actions: this.#block() };
  }

  /** `&&` and `||` bind alike, from the left. */
  #expression(): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = this.#is("&&") ? "&&" : this.#is("||") ? "||" : undefined;
      if (operator === undefined) return left;
      this.#take();
      left = { left, operator, right: this.#unary() };
    }
  }

  #unary(): Expression {
    if (this.#accept("!")) return { not: this.#unary() };
    if (this.#accept("(")) {
      const inner = this.#expression();
      this.#expect(")");
      return inner;
    }
    if (!this.#isText()) this.#fail(`a test is missing before ${this.#token.text}`);
    const subject = this.#take();
    if (this.#accept("every")) return this.#external(subject);
    this.#expect(".");
    this.#expect("link");
    this.#expect(".");
    const is = this.#take().text;
    if (!["up", "down", "unknown"].includes(is)) this.#fail(`a link is never ${is}`);
    return { link: subject.text, is };
  }

  #external(subject: Token): Expression {
    const { kind, text, line } = this.#take();
    const everySeconds = Number(text);
    if (kind !== "number" || everySeconds <= 0 || everySeconds > 0xffffffff) {
      throw new GrammarError(line, `invalid interval: ${text}`);
    }
    return { command: this.#command(subject), everySeconds };
  }

  #command({ text, line }: Token): string {
    const inside = [...this.#lexer.macros.keys()].find((name) =>
      new RegExp(`\\$${name}(?![A-Za-z0-9_])`).test(text),
    );
    if (inside !== undefined) {
      throw new GrammarError(line, `macro $${inside} is not expanded inside quotes`);
    }
    return text;
  }

  #name(what: string): Token {
    if (!this.#isText()) this.#fail(`${what} is wanted, not ${this.#token.text}`);
    return this.#take();
  }

  #isText(): boolean {
    const { kind, text } = this.#token;
    return kind === "string" || (kind === "word" && !keywords.includes(text));
  }

  #is(text: string): boolean {
    const { kind } = this.#token;
    return (kind === "word" || kind === "punctuation") && this.#token.text === text;
  }

  #accept(text: string): boolean {
    const found = this.#is(text);
    if (found) this.#take();
    return found;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#fail(`${text} is wanted, not ${this.#token.text}`);
  }

  #take(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  #skip(kind: Token["kind"]): boolean {
    const found = this.#token.kind === kind;
    if (found) this.#take();
    return found;
  }

  #newlines(): void {
    while (this.#skip("newline"));
  }

  #endOfLine(): void {
    if (!this.#skip("newline")) this.#fail(`the line should end before ${this.#token.text}`);
  }

  #fail(message: string): never {
    throw new GrammarError(this.#token.line, message);
  }
}

function checkStates(action: Action, known: readonly string[]): void {
  if ("setState" in action && !known.includes(action.setState)) {
    throw new GrammarError(action.line, `unknown state ${action.setState}`);
  }
  if ("actions" in action) for (const inner of action.actions) checkStates(inner, known);
}
