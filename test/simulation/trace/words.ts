/** What a node tells, in words. */
import type { Effect, Note } from "../../../agent/core/state.ts";

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** Undefined for what a play does not tell unless it is asked to show it. */
export function wordsOf(effect: Effect, shown: ReadonlySet<string>): string | undefined {
  switch (effect.type) {
    case "note":
      return ofNote(effect.note, shown);
    case "abandon":
      return "drops what it had under way";
    case "exit":
      return "ends";
    case "observe":
      return shown.has("reads") ? `reads (${effect.scope})` : undefined;
    case "advertise": {
      if (!shown.has("frames")) return undefined;
      const { addresses, healthy, resigningMs } = effect.report;
      const said = addresses.map(
        ({ possession, wants, yields, unable }) =>
          `${possession}${wants ? " wants" : ""}${yields ? " yields" : ""}${unable ? " unable" : ""}`,
      );
      const state = `${healthy ? "" : " sick"}${resigningMs > 0 ? " resigning" : ""}`;
      return `says ${said.join(", ")}${state}`;
    }
    case "claim":
    case "release":
      return undefined;
  }
}

function ofNote(note: Note, shown: ReadonlySet<string>): string | undefined {
  switch (note.kind) {
    case "reason":
      return shown.has("reasons") ? `thinks: ${note.text}` : undefined;
    case "role":
      return `is ${note.to} (was ${note.from})`;
    case "request":
      return note.what === "claim" ? `claims: ${note.why}` : `releases ${note.whom}: ${note.why}`;
    case "answer": {
      if (note.outcome === "done" && !shown.has("answers")) return undefined;
      const what = note.what === "claim" ? "its claim" : `its release of ${note.whom}`;
      return `${what}: ${note.outcome} after ${seconds(note.tookMs)}`;
    }
    case "holders":
      return shown.has("seen") ? `sees: ${note.holders.join(" and ") || "nobody"}` : undefined;
    case "moved":
      return undefined;
    case "peer":
      return note.alive ? `hears ${note.node}` : `lost ${note.node}`;
    case "health":
      return note.healthy ? "is well" : `is ill`;
    case "paused":
      return `has slept for ${seconds(note.ms)}`;
  }
}
