/** Where each key and value of a YAML document stands in its text. */
import type { Event } from "js-yaml";
import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  getScalarValue,
} from "js-yaml";
import type { Path, Position } from "./diagnostic.ts";
import type { Lines } from "./lines.ts";

type Span = { readonly start: number; readonly end: number };
type Entry = { readonly key?: Span; readonly value?: Span };

export type Positions = {
  /** The place of an entry, or of the nearest entry around it; undefined where there is none. */
  readonly of: (path: Path, part: "key" | "value") => Position | undefined;
  /** The lines, from first to last, that the value at exactly this path takes. */
  readonly linesOf: (path: Path) => readonly number[];
};

/** Indexes the events of one document of `source`. */
export function indexPositions(source: string, events: readonly Event[], lines: Lines): Positions {
  const entries = collect(source, events);
  return {
    of: (path, part) => {
      for (let length = path.length; length > 0; length -= 1) {
        const entry = entries.get(keyOf(path.slice(0, length)));
        const wanted = length === path.length && part === "value" ? entry?.value : entry?.key;
        const span = wanted ?? entry?.key ?? entry?.value;
        if (span !== undefined) return lines.positionOf(span.start, span.end);
      }
      return undefined;
    },
    linesOf: (path) => {
      const span = entries.get(keyOf(path))?.value;
      if (span === undefined) return [];
      const first = lines.lineOf(span.start);
      const last = lines.lineOf(Math.max(span.start, span.end - 1));
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
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
  const place = (span: Span, scalar?: string): Path | undefined => {
    // A value that is left out has no place; its key stands for it.
    const placed = span.start < 0 ? undefined : span;
    const frame = open.at(-1);
    if (frame === undefined) return [];
    if (frame.kind === "mapping" && frame.key === undefined) {
      frame.key = scalar ?? "";
      if (placed) entries.set(keyOf([...frame.path, frame.key]), { key: placed });
      return undefined;
    }
    const path = [...frame.path, frame.kind === "mapping" ? (frame.key ?? "") : frame.index];
    if (placed) entries.set(keyOf(path), { ...entries.get(keyOf(path)), value: placed });
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
        const path = place({ start: event.start, end: event.start + 1 });
        const kind = event.type === EVENT_MAPPING ? "mapping" : "sequence";
        open.push({ path: path ?? [], kind, index: 0, key: undefined });
        break;
      }
      case EVENT_SCALAR:
        place({ start: event.valueStart, end: event.valueEnd }, getScalarValue(source, event));
        break;
      case EVENT_ALIAS:
        place({ start: event.anchorStart - 1, end: event.anchorEnd });
        break;
      case EVENT_POP:
        open.pop();
    }
  }
  return entries;
}
