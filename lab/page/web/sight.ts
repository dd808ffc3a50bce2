/** What the model says at a glance. Pure: the same model and moment give the same words. */
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
  const [ip] = Object.keys(model.holders);
  if (ip === undefined || model.seconds.length === 0) return comingUp(model);
  const holders = model.holders[ip] ?? [];
  const { isDead, isFailing } = justNow(model, now);
  const { failed, good } = lately(model, now, minuteS);
  const deaf = deafness(model, now);
  const details = [
    ...(isDead ? [silence(model, now), `The address is held by ${list(holders)}.`] : []),
    ...holders.filter((one) => model.off.includes(one)).map((one) => `${one} is off.`),
    ...(isFailing && !isDead ? ["Some requests fail."] : []),
    ...(holders.length > 1 ? ["The agents settle who keeps it."] : []),
    ...(deaf === undefined ? [] : [deaf]),
    failed > 0
      ? `${count(failed)} of ${count(good + failed)} requests of the last minute failed.`
      : "Every request of the last minute was answered.",
  ];
  const isBad = isDead || isFailing || holders.length === 0;
  const isOdd = holders.length > 1 || deaf !== undefined || failed > 0;
  return {
    tone: isBad ? "bad" : isOdd ? "warn" : "good",
    title: isDead ? `Nobody answers at ${ip}` : `${ip} is held by ${list(holders)}`,
    detail: details.filter((one) => one !== "").join(" "),
  };
}

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

export type HostSight = {
  readonly tone: Tone;
  /** Its role, or why it has none. */
  readonly role: string;
  readonly health: string;
  readonly holds: boolean;
  /** The agent's reason. */
  readonly why: string;
};

/** A load balancer, as its agent and the router have it. */
export function sightOf(model: Model, node: string): HostSight {
  const holds = Object.values(model.holders).some((holders) => holders.includes(node));
  const view = model.agents[node];
  const frozen = model.inForce.includes(`freeze ${node}`);
  if (model.off.includes(node)) return { tone: "bad", role: "off", health: "", holds, why: "" };
  if (frozen) return { tone: "bad", role: "frozen", health: "", holds, why: "" };
  if (view === undefined || view === null)
    return { tone: "idle", role: "no answer", health: "", holds, why: "" };
  const [own] = view.addresses;
  const health = view.maintenance ? "maintenance" : view.healthy ? "healthy" : "sick";
  const tone = !view.healthy
    ? "bad"
    : view.problems.length > 0 || view.maintenance
      ? "warn"
      : "good";
  return { tone, role: own?.role ?? "no address", health, holds, why: own?.why ?? "" };
}
