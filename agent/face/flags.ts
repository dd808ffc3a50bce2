/** Flags as Go's package reads them, since exoip is a Go program: `-x v`, `--x v`, `-x=v`. */

export type Flags = {
  /** The last value by name, of `-p` all with commas between; of a switch, empty text is off. */
  readonly given: Readonly<Record<string, string>>;
  /** What begins with the first argument that is no flag. */
  readonly rest: readonly string[];
  /** The first slip, or empty text; nothing behind it is read. */
  readonly slip: string;
};

/** Name, `=` and value of an argument that is a flag, which `-` and `--` are not. */
const flag = /^--?(?!-?$)([^=]*)(=?)(.*)$/s;

/** Reads up to the first argument that is no flag. The `switches` among `names` need no value. */
export function readFlags(
  argv: readonly string[],
  names: readonly string[],
  switches: readonly string[],
): Flags {
  const given: Record<string, string> = {};
  for (let rest = argv; ; ) {
    const [, name, equals, after] = flag.exec(rest[0] || "") || [];
    if (name === undefined) return { given, rest, slip: "" };
    const isSwitch = switches.includes(name);
    const value = equals ? after : isSwitch ? "true" : rest[1];
    if (!names.includes(name)) return { given, rest, slip: unknown("flag -", name, names) };
    if (value === undefined || (isSwitch && !/^([01tf]|true|false)$/i.test(value)))
      return {
        given,
        rest,
        slip: slip(`-${name} needs ${isSwitch ? "true or false" : "a value"}`),
      };
    const kept = isSwitch && /^[0f]/i.test(value) ? "" : value;
    given[name] = name === "p" && given.p ? `${given.p},${kept}` : kept;
    rest = rest.slice(equals || isSwitch ? 1 : 2);
  }
}

/** The name of the flag that an argument is, if it is one. */
export const flagName = (argument: string): string => (flag.exec(argument) || [])[1] || "";

/** Says that a word is none of `names`, and which of them begins most like it. */
export function unknown(kind: string, word: string, names: readonly string[]): string {
  let near: string | undefined;
  // One letter in common says something only where one was typed.
  for (let end = word.length; !near && end > 0 && (end > 1 || word.length < 2); end--)
    near = names.find((name) => name.toLowerCase().startsWith(word.slice(0, end).toLowerCase()));
  // Who forgets the space behind -xs has typed a secret.
  const [shown] = /^(x[ks]|[\w-]{0,20})/.exec(word) || [];
  return slip(`unknown ${kind}${shown}${near ? `; is it ${near}?` : ""}`);
}

/** A message about what was typed, with the way on. */
export const slip = (text: string): string => `${text}; -h helps`;
