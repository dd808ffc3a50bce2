/** Tells what happened: a line for each event, and a bounded history that survives a restart. */
import type { Trouble } from "./cloud/cloud.ts";
import type { Note } from "./core/state.ts";
import { createSaver, loadJson } from "./host/files.ts";
import type { Level, Log } from "./host/log.ts";
import type { Metrics } from "./status/metrics.ts";

/** A note with the moment on the wall, in Unix milliseconds. */
export type Happened = Note & { readonly at: number };

export type Journal = {
  readonly note: (note: Note) => void;
  readonly call: (call: string, tookMs: number, trouble: Trouble | undefined) => void;
  /** The latest last. */
  readonly events: () => readonly Happened[];
  readonly api: () => ApiHealth;
  readonly saved: (name: string) => unknown;
  /** Gives why it failed, once it has been tried; that is in the log, too. */
  readonly save: (name: string, value: unknown) => Promise<string | undefined>;
  /** Resolves when all that has happened is in its file. */
  readonly saving: () => Promise<unknown>;
};

export type ApiHealth = {
  readonly reachable: boolean | undefined;
  readonly error: string | undefined;
  readonly calls: number;
};

export type JournalParts = {
  readonly log: Log;
  readonly folder: string;
  readonly wallMs: () => number;
  readonly metrics: Pick<Metrics, "note" | "call">;
};

const eventsMax = 200;

export function createJournal({ log, folder, wallMs, metrics }: JournalParts): Journal {
  const path = (name: string): string => `${folder}/${name}.json`;
  const load = (name: string): unknown => loadJson(path(name), (text) => log("warning", text));
  const kept = load("events");
  let events: readonly Happened[] = Array.isArray(kept)
    ? kept.filter(isHappened).slice(-eventsMax)
    : [];
  let api: ApiHealth = { reachable: undefined, error: undefined, calls: 0 };
  const saver = createSaver();
  const save: Journal["save"] = async (name, value) => {
    const trouble = await saver.save(path(name), value);
    if (trouble !== undefined) log("warning", trouble);
    return trouble;
  };

  return {
    note(note) {
      metrics.note(note);
      const [level, text, fields] = lineOf(note);
      log(level, text, fields);
      // Why this node stands where it does changes often; the history keeps what was done.
      if (note.kind === "reason") return;
      events = [...events.slice(1 - eventsMax), { ...note, at: wallMs() }];
      void save("events", events);
    },
    call(call, tookMs, trouble) {
      metrics.call(call, tookMs, trouble);
      const error = trouble?.message;
      if (trouble !== undefined && api.error !== error) log("warning", `the cloud's API: ${error}`);
      if (trouble === undefined && api.reachable === false)
        log("notice", "the cloud's API answers");
      api = { reachable: trouble === undefined, error, calls: api.calls + 1 };
    },
    events: () => events,
    api: () => api,
    saved: load,
    save,
    saving: saver.idle,
  };
}

/** The file is our own, yet a person or another version may have written what the status reads. */
function isHappened(value: unknown): value is Happened {
  const { kind, at, holders, claimMs, confirmMs }: Partial<Record<string, unknown>> = Object(value);
  const isMove = kind !== "moved" || (isMs(claimMs) && isMs(confirmMs));
  const isList = Array.isArray(holders) && holders.every((one) => typeof one === "string");
  return typeof kind === "string" && isMs(at) && isMove && (kind !== "holders" || isList);
}

/** What a date can be made of, too. */
const isMs = (value: unknown): boolean => typeof value === "number" && Math.abs(value) < 8.64e15;

type Line = readonly [Level, string, Parameters<Log>[2]?];

function lineOf(note: Note): Line {
  switch (note.kind) {
    case "reason":
      return ["info", `${note.ip}: ${note.text}`];
    case "role":
      return ["notice", `${note.ip}: ${note.from} -> ${note.to}`];
    case "request":
      return ["notice", `${note.ip}: ${note.what} for ${note.whom}`, { why: note.why }];
    case "answer": {
      const { ip, what, outcome, tookMs, why } = note;
      const fine = outcome === "done";
      return [
        fine ? "notice" : "warning",
        `${ip}: ${what} ${outcome}`,
        { tookMs, ...(!fine && { why }) },
      ];
    }
    case "holders":
      return ["notice", `${note.ip}: held by ${note.holders.join(", ") || "nobody"}`];
    case "moved": {
      const { ip, detectMs, claimMs, confirmMs } = note;
      return ["notice", `${ip}: taken over`, { detectMs, claimMs, confirmMs }];
    }
    case "peer":
      return ["notice", `peer ${note.node} ${note.alive ? "is heard both ways" : "is silent"}`];
    case "health":
      return [note.healthy ? "notice" : "warning", note.healthy ? "healthy" : `sick: ${note.why}`];
    case "paused":
      return ["warning", "this host was paused; listens before it acts", { ms: note.ms }];
  }
}
