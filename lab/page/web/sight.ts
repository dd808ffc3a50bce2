/** What the model says at a glance. Pure: the same model and moment give the same words. */
import { slack } from "../../ordeal/slack.ts";
import type { Counts, Failover, Tally } from "../message.ts";
import { type Model, sum } from "../model.ts";
import { clock, count, list, seconds } from "./words.ts";

export type Tone = "good" | "warn" | "bad" | "idle";

export type Headline = { readonly tone: Tone; readonly title: string; readonly detail: string };

/** The client gives a request up after 800 ms; what is older than this is known. */
export const knownMs = 1500;
const minuteS = 60;

/** Sums of the seconds up to the last one that is known in full. @param lengthS how many */
export function lately({ seconds }: Model, now: number, lengthS: number): Counts {
  const last = Math.floor((now - knownMs) / 1000);
  const inside = seconds.filter(({ second }) => second < last + 1 && second > last - lengthS);
  const summed = (key: keyof Counts): Tally => sum(inside.map((one) => one[key]));
  return {
    answered: summed("answered"),
    routed: summed("routed"),
    good: summed("good"),
    failed: summed("failed"),
  };
}

export const total = (tally: Tally): number =>
  Object.values(tally).reduce((all, value) => all + value, 0);

export type AddressSight = {
  readonly ip: string;
  readonly holders: readonly string[];
  /** Whether requests fail at this moment, and whether none is answered. */
  readonly isFailing: boolean;
  readonly isDead: boolean;
};

/** The addresses as router and client have them. */
export const addressesOf = (model: Model, now: number): readonly AddressSight[] =>
  Object.entries(model.holders).map(([ip, holders]) => {
    // The newest that is known at all, whole second or not: a failure shows at once.
    const last = model.seconds.findLast(
      ({ second, good, failed }) =>
        second * 1000 > now - 2 * knownMs && (good[ip] ?? failed[ip]) !== undefined,
    );
    const isFailing = last?.failed[ip] !== undefined;
    return { ip, holders, isFailing, isDead: isFailing && last?.good[ip] === undefined };
  });

export const isBad = ({ holders, isFailing }: AddressSight): boolean =>
  isFailing || holders.length === 0;

/** Where there are several addresses, it names those that are in trouble. */
export function headline(model: Model, now: number): Headline {
  const all = addressesOf(model, now);
  if (all.length === 0 || model.seconds.length === 0) return comingUp(model);
  const dead = all.filter(({ isDead }) => isDead);
  const bad = all.filter(isBad);
  const named = [dead, bad, all].find((some) => some.length > 0) ?? all;
  const split = all.filter(({ holders }) => holders.length > 1);
  const off = new Set(all.flatMap(({ holders }) => holders.filter((by) => model.off.includes(by))));
  const deaf = deafness(model, now);
  const api = apiTrouble(model);
  const counts = lately(model, now, minuteS);
  const isOdd =
    split.length > 0 || deaf !== undefined || api !== undefined || total(counts.failed) > 0;
  // What is said of one of several says of which.
  const which = ({ ip }: AddressSight, before: string, alone = ""): string =>
    all.length > 1 ? before + ip : alone;
  const held = (one: AddressSight): string =>
    `${which(one, "", "The address")} is held by ${list(one.holders)}`;
  const details = [
    ...(api === undefined ? [] : [api]),
    ...dead.flatMap((one) => [silence(model, now, one.ip, which(one, " at ")), `${held(one)}.`]),
    ...[...off].map((one) => `${one} is off.`),
    ...all
      .filter(({ isFailing, isDead }) => isFailing && !isDead)
      .map((one) => `Some requests${which(one, " to ")} fail.`),
    ...split.map((one) => `The agents settle who keeps ${which(one, "", "it")}.`),
    ...(deaf === undefined ? [] : [deaf]),
    ...all.filter((one) => !named.includes(one)).map((one) => `${held(one)}.`),
    failures(model, now, counts),
  ];
  return {
    tone: bad.length > 0 ? "bad" : isOdd ? "warn" : "good",
    title:
      dead.length > 0
        ? `Nobody answers at ${list(dead.map(({ ip }) => ip))}`
        : named.map(({ ip, holders }) => `${ip} is held by ${list(holders)}`).join("; "),
    detail: details.filter((one) => one !== "").join(" "),
  };
}

/** How many of the last minute failed, at each of several addresses with its last gap. */
function failures({ holders, failovers }: Model, now: number, { good, failed }: Counts): string {
  if (total(failed) === 0) return "Every request of the last minute was answered.";
  const share = (lost: number, answered: number): string =>
    `${count(lost)} of ${count(lost + answered)}`;
  const ips = Object.keys(holders);
  if (ips.length === 1)
    return `${share(total(failed), total(good))} requests of the last minute failed.`;
  const each = ips.map((ip) => {
    const lost = failed[ip] ?? 0;
    if (lost === 0) return `none to ${ip}`;
    const { firstFailed = 0, firstGood = 0 } = failovers[ip] ?? {};
    const isNew = firstGood > 0 && firstFailed > now - minuteS * 1000;
    const gap = isNew ? ` (no answer for ${seconds(firstGood - firstFailed)})` : "";
    return `${share(lost, good[ip] ?? 0)} to ${ip}${gap}`;
  });
  return `Requests of the last minute that failed: ${each.join(", ")}.`;
}

/** Labels of the cloud's faults in force, as the end of a sentence. */
export const apiFaults = ({ facts, inForce }: Pick<Model, "facts" | "inForce">) =>
  (facts.faults.cloud?.faults ?? [])
    .filter(({ words }) => inForce.includes(words.join(" ")))
    .map(({ label }) => label.charAt(0).toLowerCase() + label.slice(1));

function apiTrouble(model: Model): string | undefined {
  const faults = apiFaults(model);
  if (faults.length === 0) return undefined;
  const isDown = model.inForce.some((words) => /^api-(error|hang)/.test(words));
  return `The cloud's API ${list(faults)}${isDown ? ": no address can move now" : ""}.`;
}

/** What was seen last, where nothing more comes in. */
export function past({ title, detail }: Headline, link: "lost" | "ended"): Headline {
  const [now, when] =
    link === "ended" ? ["The lab has ended", "At its end"] : ["Connection lost", "Seen last"];
  return { tone: "idle", title: now, detail: `${when}: ${title}. ${detail}` };
}

function comingUp({ steps, facts }: Model): Headline {
  const doing = steps.findLast(({ state }) => state === "begun") ?? steps.at(-1);
  const title = `${facts.stack} is coming up`;
  const detail = doing === undefined ? "Nobody holds the address yet." : `${doing.title} …`;
  return { tone: "idle", title, detail };
}

function silence({ seconds: all }: Model, now: number, ip: string, at: string): string {
  const last = all.findLast(({ good }) => good[ip] !== undefined);
  if (last === undefined) return "";
  const since = Math.max(0, Math.round(now / 1000 - last.second - 1));
  return since > 0 ? `No answer${at} for ${since} s.` : "";
}

/** A heartbeat that is due may be a little late. */
const lateMs = 500;

/**
 * Whether heartbeats arrive from each load balancer at each other: seen, or heard by its agent.
 * That none ever came says nothing at first; the agent says when it should have heard one.
 */
export function hearing({ facts, beats, agents, inForce }: Model, now: number) {
  const { balancers, limitMs } = facts;
  return balancers.flatMap((from) =>
    balancers.flatMap((to) => {
      const at = beats[`${from}>${to}`];
      const isSeen = at !== undefined && now - at < limitMs + lateMs;
      const isHeard = isSeen || agents[to]?.peers.some((one) => one.name === from && one.heard);
      const isMissed = agents[to]?.problems.some(({ text }) => isNeverHeard(text, from)) === true;
      const isCut = inForce.some((words) => /^(cut|drop-heartbeats)\b/.test(words));
      const isKnown = isHeard === true || at !== undefined || isMissed || isCut;
      return from === to ? [] : [{ from, to, isHeard: isHeard === true, isKnown }];
    }),
  );
}

const isNeverHeard = (text: string, name: string): boolean =>
  text.startsWith("never heard: ") && text.split(/[ ,.]+/).includes(name);

/** The first two that run and do not hear each other. */
function deafness(model: Model, now: number): string | undefined {
  const { off } = model;
  const deaf = hearing(model, now).find(
    ({ from, to, isHeard, isKnown }) =>
      !isHeard && isKnown && !off.includes(from) && !off.includes(to),
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

/** What a move is called: only a failover is held against a limit. */
export function titleOf({ cause, from }: Failover): string {
  const kinds: Readonly<Record<typeof cause, string>> = {
    silent: "Last failover",
    stopped: "Last failover: the instance was stopped",
    planned: "Last move: handover, planned",
    sick: `Last move: handover, ${from} was sick`,
    failback: "Last move: failback",
    contested: `Last failover: ${from} was not heard, and contested after a while`,
    other: "Last move",
  };
  return kinds[cause];
}

/** Until when a silent holder's address must be claimed, where that is what happened. */
export const limitOf = ({ cause, lastHeartbeat }: Failover, limitMs: number): number | undefined =>
  cause === "silent" && lastHeartbeat !== undefined ? lastHeartbeat + limitMs * slack : undefined;

/** A move in one sentence: what counts of it. */
export function summaryOf(failover: Failover, limitMs: number): string {
  const { from, to, failed, firstFailed, firstGood, lastHeartbeat, claimSent } = failover;
  const until = limitOf(failover, limitMs);
  const limit =
    `the limit of ${seconds(limitMs * slack)} ` +
    `(${limitMs / 1000} s + ${Math.round((slack - 1) * 100)} %)`;
  const inTime =
    lastHeartbeat === undefined || until === undefined
      ? ""
      : ` Claimed ${seconds(claimSent - lastHeartbeat)} after the last heartbeat, ` +
        `${claimSent <= until ? "within" : "later than"} ${limit}.`;
  const outage =
    failed === 0
      ? " No request failed."
      : firstGood === undefined || firstFailed === undefined
        ? ` ${count(failed)} requests failed so far.`
        : ` ${count(failed)} requests failed; no answer for ${seconds(firstGood - firstFailed)}.`;
  return `${from} → ${to} at ${clock(claimSent)}.${inTime}${outage}`;
}

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
  // Before the first hold an agent that has not checked anything yet is not well, and not ill.
  const isNew = model.seconds.length === 0 && !view.healthy && view.checks.length === 0;
  const ill = isNew ? "not checked yet" : "sick";
  const health = view.maintenance ? "maintenance" : view.healthy ? "healthy" : ill;
  const tone = !view.healthy
    ? isNew
      ? "idle"
      : "bad"
    : view.problems.length > 0 || view.maintenance
      ? "warn"
      : "good";
  const role = once(view.addresses.map((one) => one.role)).join(" and ") || "no address";
  return { tone, role, health, holds, why: once(view.addresses.map(({ why }) => why)).join("; ") };
}

const once = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
