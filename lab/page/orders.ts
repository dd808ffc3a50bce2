/** Orders that come in by POST: from the page itself, with its key, and of a button. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isOwnOrigin } from "./guard.ts";
import type { Facts } from "./message.ts";

export type Answer = { readonly status: number; readonly text: string };

type Around = {
  readonly facts: Facts;
  readonly key: string;
  readonly order: (words: readonly string[]) => Promise<string | undefined>;
};

/** Longer than the longest button's words. */
const orderMax = 1000;

/** Carries out what a request asks for, or says why not. */
export async function obey(request: IncomingMessage, around: Around): Promise<Answer> {
  if (!isOwnOrigin(request)) return { status: 403, text: "this comes from another page" };
  if (!isKey(request.headers["x-baton-key"], around.key))
    return { status: 403, text: "open the address that the terminal shows, to the last letter" };
  const words = await wordsIn(request);
  if (words === undefined || !isOffered(around.facts, words))
    return { status: 400, text: "no button of the page says so" };
  try {
    return { status: 200, text: (await around.order(words)) ?? "done" };
  } catch (error) {
    return { status: 409, text: error instanceof Error ? error.message : String(error) };
  }
}

function isKey(given: string | string[] | undefined, key: string): boolean {
  const own = Buffer.from(key);
  const theirs = Buffer.from(typeof given === "string" ? given : "");
  return own.length === theirs.length && timingSafeEqual(own, theirs);
}

async function wordsIn(request: IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) {
    body += piece;
    if (body.length > orderMax) return undefined;
  }
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Only what a button says is carried out: no other word, no other host, no command. */
function isOffered({ faults }: Facts, words: unknown): words is readonly string[] {
  const offered = Object.values(faults).flatMap((group) =>
    group.faults.flatMap(({ words: own, undo }) => (undo === undefined ? [own] : [own, undo])),
  );
  const asked = JSON.stringify(words);
  return [...offered, ["heal"]].some((one) => JSON.stringify(one) === asked);
}
