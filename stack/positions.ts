/** Where each key and value of a YAML document stands in its text. */
import type { Event } from "js-yaml";
import {
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  getScalarValue,
} from "js-yaml";
import type { Path, Position } from "./diagnostic.ts";

type Span = { readonly start: number; readonly end: number };
type Entry = { readonly key?: Span; readonly value?: Span };

export type Positions = {
  /** The place of an entry, or of the nearest entry around it; undefined where there is none. */
  readonly of: (path: Path, part: "key" | "value") => Position | undefined;
};

/** Indexes the events of one document of `source`. */
export function indexPositions(source: string, events: readonly Event[]): Positions {
  const entries = collect(source, events);
  return {
    of: (path, part) => {
      for (let length = path.length; length > 0; length -= 1) {
        const entry = entries.get(keyOf(path.slice(0, length)));
        if (entry === undefined) continue;
        const span = length === path.length && part === "value" ? entry.value : entry.key;
        return positionOf(source, span ?? entry.value ?? entry.key ?? { start: 0, end: 1 });
      }
      return undefined;
    },
  };
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** One open collection while the events are walked. */
type Frame = { path: Path; kind: "mapping" | "sequence"; index: number; key: string | undefined };

function collect(source: string, events: readonly Event[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const open: Frame[] = [];
  /** Notes a value's place and gives its path, or undefined where the scalar is a key. */
  const place = (span: Span, scalar: string | undefined): Path | undefined => {
    const frame = open.at(-1);
    if (frame === undefined) return [];
    if (frame.kind === "mapping" && frame.key === undefined) {
      frame.key = scalar ?? "";
      entries.set(keyOf([...frame.path, frame.key]), { key: span });
      return undefined;
    }
    const path = [...frame.path, frame.kind === "mapping" ? (frame.key ?? "") : frame.index];
    entries.set(keyOf(path), { ...entries.get(keyOf(path)), value: span });
    frame.index += 1;
    frame.key = undefined;
    return path;
  };
  for (const event of events) {
    switch (event.type) {
      case EVENT_DOCUMENT:
        break;
      case EVENT_MAPPING:
      case EVENT_SEQUENCE: {
        const path = place({ start: event.start, end: event.start + 1 }, undefined);
        const kind = event.type === EVENT_MAPPING ? "mapping" : "sequence";
        open.push({ path: path ?? [], kind, index: 0, key: undefined });
        break;
      }
      case EVENT_SCALAR:
        place({ start: event.valueStart, end: event.valueEnd }, getScalarValue(source, event));
        break;
      case EVENT_POP:
        open.pop();
        break;
      default:
        // An alias: its place is unknown to the event, so the key stands for it.
        place({ start: 0, end: 0 }, undefined);
    }
  }
  return entries;
}

function positionOf(source: string, { start, end }: Span): Position {
  const before = source.slice(0, start);
  const lineStart = before.lastIndexOf("\n") + 1;
  const newline = source.indexOf("\n", start);
  const lineEnd = newline === -1 ? source.length : newline;
  return {
    line: before.split("\n").length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(end, lineEnd) - start),
    text: source.slice(lineStart, lineEnd).replace(/\r$/, ""),
  };
}
