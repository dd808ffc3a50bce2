/** The page's link to the lab: what comes in by Server-Sent Events, and orders that go out. */
import type { Message } from "../message.ts";
import type { Model } from "../model.ts";

export type Ears = {
  /** All that is known; `aheadMs` is how far the lab's clock is ahead of this browser's. */
  readonly model: (model: Model, aheadMs: number) => void;
  readonly message: (message: Message) => void;
  readonly state: (state: "connected" | "lost" | "ended") => void;
};

export function listen(ears: Ears): void {
  const source = new EventSource("/events");
  let isEnded = false;
  source.addEventListener("model", ({ data }) => {
    const { model, now } = JSON.parse(data);
    isEnded = false;
    ears.model(model, now - Date.now());
    ears.state("connected");
  });
  source.addEventListener("message", ({ data }) => ears.message(JSON.parse(data)));
  source.addEventListener("end", () => {
    isEnded = true;
    ears.state("ended");
  });
  source.addEventListener("error", () => {
    if (!isEnded) ears.state("lost");
  });
}

const place = "baton-key";

/** The key from the address that the terminal shows; a reload finds it again. */
export function keyOf(): string {
  const given = location.hash.slice(1);
  if (given !== "") sessionStorage.setItem(place, given);
  return given || (sessionStorage.getItem(place) ?? "");
}

/** @throws Error with what the lab says against it */
export async function send(key: string, words: readonly string[]): Promise<void> {
  const answer = await fetch("/order", {
    method: "POST",
    headers: { "content-type": "application/json", "x-baton-key": key },
    body: JSON.stringify(words),
  });
  if (answer.ok) return;
  const { text } = await answer.json();
  throw new Error(text);
}
