/** One line an event, as journald reads it: the priority, the sentence, then its figures. */

export type Level = "error" | "warning" | "notice" | "info" | "debug";
export type Fields = Readonly<Record<string, string | number | undefined>>;
export type Log = (level: Level, text: string, fields?: Fields) => void;

/** Priorities of syslog (RFC 5424, table 2). */
const priorities = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };
const lineMax = 1_000;
/** The same failure again is told once in so long, and no more different ones than that. */
const repeatMs = 60_000;
const sentencesMax = 200;

export type LogParts = {
  readonly identifier: string;
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
  readonly verbose: boolean;
  /** Lines for a person rather than for journald. */
  readonly plain: boolean;
  /** Values that never appear, whatever a message holds. */
  readonly secrets: () => readonly string[];
};

/** A log that holds no secret and no flood: of errors and warnings at most 200 a minute. */
export function createLog(parts: LogParts): Log {
  const { identifier, write, nowMs, verbose, plain } = parts;
  const told = new Map<string, { atMs: number; kept: number }>();
  /** Failures that were kept back because there were too many different ones. */
  let others = 0;

  /** How many were kept back since the last one; undefined where this one is to be, too. */
  const repeats = (sentence: string): string | undefined => {
    const now = nowMs();
    const last = told.get(sentence);
    const isOld = ({ atMs }: { readonly atMs: number }): boolean => now - atMs >= repeatMs;
    if (last !== undefined && !isOld(last)) {
      last.kept += 1;
      return undefined;
    }
    if (told.size >= sentencesMax) for (const [one, of] of told) if (isOld(of)) told.delete(one);
    if (told.size >= sentencesMax) {
      others += 1;
      return undefined;
    }
    const kept = [last?.kept ? `${last.kept} more` : "", others ? `${others} others` : ""];
    others = 0;
    told.set(sentence, { atMs: now, kept: 0 });
    return kept.join("") && ` (${kept.filter(Boolean).join(", ")})`;
  };

  const redacted = (text: string): string =>
    parts.secrets().reduce((rest, secret) => rest.split(secret).join("[secret]"), text);

  return (level, text, fields = {}) => {
    if (level === "debug" && !verbose) return;
    const failure = level === "error" || level === "warning";
    const more = failure ? repeats(text) : "";
    if (more === undefined) return;
    const pairs = Object.entries(fields).map(([name, value]) =>
      value === undefined ? "" : ` ${name}=${quoted(value, redacted)}`,
    );
    const whole = `${redacted(text)}${more}${pairs.join("")}`;
    const line = whole.replace(/\p{C}/gu, "?").slice(0, lineMax);
    write(plain ? `${identifier}: ${line}\n` : `<${priorities[level]}>${line}\n`);
  };
}

/** A secret goes before the quotes come, which would change how it is written. */
function quoted(value: string | number, redacted: (text: string) => string): string {
  if (typeof value === "number") return String(Math.round(value * 10) / 10);
  const text = redacted(value);
  return /^[\w.:/[\]-]+$/.test(text) ? text : JSON.stringify(text);
}
