/** What the model says at a glance. Pure: the same model and moment give the same words. */
import type { Failover } from "../message.ts";
import type { Model } from "../model.ts";
import { count, list } from "./words.ts";

export type Tone = "good" | "warn" | "bad" | "idle";

export type Headline = { readonly tone: Tone; readonly title: string; readonly detail: string };

/** The client gives a request up after 800 ms; what is older than this is known. */
export const knownMs = 1500;
const minuteS = 60;

/** Sums of the seconds up to the last one that is known in full. @param lengthS how many */
export function lately({ seconds }: Model, now: number, lengthS: number) {
  const last = Math.floor((now - knownMs) / 1000);
  const inside = seconds.filter(({ second }) => second < last + 1 && second > last - lengthS);
  const answered: Record<string, number> = {};
  const routed: Record<string, number> = {};
  let failed = 0;
  for (const one of inside) {
    failed += one.failed;
    for (const [name, value] of Object.entries(one.answered))
      answered[name] = (answered[name] ?? 0) + value;
    for (const [name, value] of Object.entries(one.routed))
      routed[name] = (routed[name] ?? 0) + value;
  }
  return { answered, routed, failed, good: total(answered) };
}

const total = (tally: Readonly<Record<string, number>>): number =>
  Object.values(tally).reduce((sum, value) => sum + value, 0);

/** The newest that is known at all, whole seconds or not: a failure shows at once. */
function justNow({ seconds }: Model, now: number) {
  const last = seconds.findLast(({ second }) => second * 1000 > now - 2 * knownMs);
  const isFailing = last !== undefined && last.failed > 0;
  return { isFailing, isDead: isFailing && total(last.answered) === 0 };
}

export function headline(model: Model, now: number): Headline {
  const all = Object.entries(model.holders);
  if (all.length === 0 || model.seconds.length === 0) return comingUp(model);
  const { isDead, isFailing } = justNow(model, now);
  const { failed, good } = lately(model, now, minuteS);
  const deaf = deafness(model, now);
  const held = all.map(([ip, holders]) => `${ip} is held by ${list(holders)}`).join("; ");
  const isSplit = all.some(([, holders]) => holders.length > 1);
  const holders = new Set(all.flatMap(([, by]) => by));
  const details = [
    ...(isDead ? [silence(model, now), heldWords(all)] : []),
    ...[...holders].filter((one) => model.off.includes(one)).map((one) => `${one} is off.`),
    ...(isFailing && !isDead ? ["Some requests fail."] : []),
    ...(isSplit ? ["The agents settle who keeps it."] : []),
    ...(deaf === undefined ? [] : [deaf]),
    failed > 0
      ? `${count(failed)} of ${count(good + failed)} requests of the last minute failed.`
      : "Every request of the last minute was answered.",
  ];
  const isBad = isDead || isFailing || all.some(([, by]) => by.length === 0);
  const isOdd = isSplit || deaf !== undefined || failed > 0;
  return {
    tone: isBad ? "bad" : isOdd ? "warn" : "good",
    title: isDead ? `Nobody answers at ${list(all.map(([ip]) => ip))}` : held,
    detail: details.filter((one) => one !== "").join(" "),
  };
}

/** Who holds, in a sentence; which one, only where there are several. */
const heldWords = (all: readonly (readonly [string, readonly string[]])[]): string =>
  all.map(([ip, by]) => `${all.length > 1 ? ip : "The address"} is held by ${list(by)}.`).join(" ");

function comingUp({ steps, facts }: Model): Headline {
  const doing = steps.findLast(({ state }) => state === "begun") ?? steps.at(-1);
  const title = `${facts.stack} is coming up`;
  return { tone: "idle", title, detail: doing === undefined ? "" : `${doing.title} …` };
}

function silence({ seconds }: Model, now: number): string {
  const last = seconds.findLast(({ answered }) => total(answered) > 0);
  if (last === undefined) return "";
  const since = Math.max(0, Math.round(now / 1000 - last.second - 1));
  return since > 0 ? `No answer for ${since} s.` : "";
}

/** A heartbeat that is due may be a little late. */
const lateMs = 500;

/** Whether heartbeats arrive from each load balancer at each other: seen, or heard by its agent. */
export function hearing({ facts, beats, agents }: Model, now: number) {
  const { balancers, limitMs } = facts;
  return balancers.flatMap((from) =>
    balancers.flatMap((to) => {
      const at = beats[`${from}>${to}`];
      const isSeen = at !== undefined && now - at < limitMs + lateMs;
      const isHeard = isSeen || agents[to]?.peers.some((one) => one.name === from && one.heard);
      return from === to ? [] : [{ from, to, isHeard: isHeard === true }];
    }),
  );
}

/** The first two that run and do not hear each other. */
function deafness(model: Model, now: number): string | undefined {
  const { off, beats } = model;
  // At the beginning nobody has heard anybody yet.
  if (Object.keys(beats).length === 0) return undefined;
  const deaf = hearing(model, now).find(
    ({ from, to, isHeard }) => !isHeard && !off.includes(from) && !off.includes(to),
  );
  return deaf && `${list([deaf.from, deaf.to].sort())} do not hear each other.`;
}

/** The failover of the address that was picked, else the one that was claimed last. */
export const chosen = (
  { failovers }: Pick<Model, "failovers">,
  picked: string | undefined,
): Failover | undefined =>
  (picked === undefined ? undefined : failovers[picked]) ??
  Object.values(failovers)
    .sort((one, other) => one.id - other.id)
    .at(-1);

export type HostSight = {
  readonly tone: Tone;
  /** Its role, or why it has none; with several addresses, each role once. */
  readonly role: string;
  readonly health: string;
  /** The addresses that it holds. */
  readonly holds: readonly string[];
  /** The agent's reasons. */
  readonly why: string;
};

/** A load balancer, as its agent and the router have it. */
export function sightOf(model: Model, node: string): HostSight {
  const holds = Object.entries(model.holders).flatMap(([ip, by]) => (by.includes(node) ? ip : []));
  const view = model.agents[node];
  const frozen = model.inForce.includes(`freeze ${node}`);
  if (model.off.includes(node)) return { tone: "bad", role: "off", health: "", holds, why: "" };
  if (frozen) return { tone: "bad", role: "frozen", health: "", holds, why: "" };
  if (view === undefined || view === null)
    return { tone: "idle", role: "no answer", health: "", holds, why: "" };
  const health = view.maintenance ? "maintenance" : view.healthy ? "healthy" : "sick";
  const tone = !view.healthy
    ? "bad"
    : view.problems.length > 0 || view.maintenance
      ? "warn"
      : "good";
  const role = once(view.addresses.map((one) => one.role)).join(" and ") || "no address";
  return { tone, role, health, holds, why: once(view.addresses.map(({ why }) => why)).join("; ") };
}

const once = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
