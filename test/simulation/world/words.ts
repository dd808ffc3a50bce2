/** What an agent notes, in words for a trace. */
import type { Note } from "../../../agent/core/state.ts";

export function wordsOf(note: Note): string {
  switch (note.kind) {
    case "reason":
      return `thinks: ${note.text}`;
    case "role":
      return `is ${note.to} (was ${note.from})`;
    case "request":
      return note.what === "claim" ? `CLAIMS: ${note.why}` : `RELEASES ${note.whom}: ${note.why}`;
    case "answer":
      return `${note.what} of ${note.whom}: ${note.outcome}, ${note.why || "as asked"}`;
    case "holders":
      return `sees: ${note.holders.join(" and ") || "nobody"}`;
    case "moved":
      return "has its claim confirmed";
    case "peer":
      return note.alive ? `hears ${note.node}` : `lost ${note.node}`;
    case "health":
      return note.healthy ? "is well" : "is ill";
    case "paused":
      return `has slept for ${Math.round(note.ms)} ms`;
  }
}
