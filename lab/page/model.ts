/**
 * All that the page shows, as one value: the server keeps it and gives it to whoever comes, and
 * each page applies the same messages to its own. So a reload or a second viewer sees the same.
 */
import type { AgentView, Counts, Facts, Failover, Message, Tally, Tone } from "./message.ts";

export type Said = {
  readonly at: number;
  readonly who: string;
  readonly tone: Tone;
  readonly text: string;
};

type Second = { second: number } & { -readonly [Key in keyof Counts]: Counts[Key] };

export type Model = {
  readonly facts: Facts;
  /** When the last message came. */
  at: number;
  steps: { title: string; state: "begun" | "done" | "failed"; at: number; tookMs: number }[];
  holders: Readonly<Record<string, readonly string[]>>;
  off: readonly string[];
  readonly agents: Record<string, AgentView | null>;
  /** When a heartbeat last arrived, by `from>to`. */
  readonly beats: Record<string, number>;
  /** Calls to the cloud of the last minute, by agent. */
  readonly calls: Record<string, { at: number; count: number }[]>;
  /** The oldest first; seconds without a request have none. */
  seconds: Second[];
  said: Said[];
  /** Words of the faults that were asked for and not undone. */
  inForce: string[];
  /** The last one of each address, by its IP. */
  readonly failovers: Record<string, Failover>;
};

/** What is older is forgotten. */
export const historyS = 1800;
const saidMax = 400;
const stepsMax = 60;
const callsMs = 60_000;

export const emptyModel = (facts: Facts, at: number): Model => ({
  facts,
  at,
  steps: [],
  holders: {},
  off: [],
  agents: {},
  beats: {},
  calls: {},
  seconds: [],
  said: [],
  inForce: [],
  failovers: {},
});

/** Changes the model as a message says. */
export function apply(model: Model, message: Message): void {
  model.at = Math.max(model.at, message.at);
  switch (message.kind) {
    case "step":
      step(model, message);
      return;
    case "scene":
      model.holders = message.holders;
      model.off = message.off;
      // One that is on again is neither killed nor stopped, whoever switched it on.
      for (const host of hostsOf(model))
        if (!message.off.includes(host)) endFault(model, [`kill ${host}`, `stop ${host}`]);
      return;
    case "agent":
      model.agents[message.node] = message.view;
      return;
    case "beat":
      if (message.arrived) model.beats[`${message.from}>${message.to}`] = message.at;
      return;
    case "traffic":
      traffic(model, message.second, message.counts);
      return;
    case "calls": {
      const { node, at, count } = message;
      const recent = (model.calls[node] ?? []).filter((one) => one.at > at - callsMs);
      model.calls[node] = [...recent, { at, count }];
      return;
    }
    case "said": {
      const { at, who, tone, text } = message;
      const oldest = at - historyS * 1000;
      const kept = model.said.filter((one) => one.at > oldest).slice(1 - saidMax);
      // An agent may tell of what happened before something that is told already.
      const later = kept.findIndex((one) => one.at > at);
      model.said = kept.toSpliced(later < 0 ? kept.length : later, 0, { at, who, tone, text });
      return;
    }
    case "order":
      order(model, message.words.join(" "));
      return;
    case "failover":
      model.failovers[message.failover.ip] = message.failover;
  }
}

const hostsOf = ({ facts }: Model): readonly string[] => [...facts.balancers, ...facts.backends];

function step(model: Model, { title, state, at }: Extract<Message, { kind: "step" }>): void {
  const begun = model.steps.findLast((one) => one.title === title && one.state === "begun");
  if (begun === undefined || state === "begun")
    model.steps = [...model.steps.slice(1 - stepsMax), { title, state, at, tookMs: 0 }];
  else {
    begun.state = state;
    begun.tookMs = at - begun.at;
  }
}

function traffic(model: Model, second: number, counts: Counts): void {
  const latest = model.seconds.at(-1)?.second ?? second;
  const oldest = Math.max(latest, second) - historyS;
  if (second <= oldest) return;
  const own = model.seconds.findLast((one) => one.second === second);
  if (own === undefined) {
    const kept = model.seconds.filter((one) => one.second > oldest);
    model.seconds = [...kept, { second, ...counts }].sort((a, b) => a.second - b.second);
    return;
  }
  for (const key of ["answered", "routed", "good", "failed"] as const)
    own[key] = sum([own[key], counts[key]]);
}

/** Name by name. */
export function sum(tallies: readonly Tally[]): Tally {
  const all: Record<string, number> = {};
  for (const [name, count] of tallies.flatMap((one) => Object.entries(one)))
    all[name] = (all[name] ?? 0) + count;
  return all;
}

/** A fault is known by its words; one with other numbers is the same fault. */
function order(model: Model, words: string): void {
  if (words === "heal") {
    model.inForce = [];
    return;
  }
  for (const { faults } of Object.values(model.facts.faults))
    for (const { words: own, undo } of faults) {
      const name = own.join(" ");
      if (undo === undefined) continue;
      if (undo.join(" ") === words) endFault(model, [name]);
      else if (isSame(words, own)) {
        endFault(model, [name]);
        model.inForce.push(name);
      }
    }
}

const isNumber = (word: string | undefined): boolean => word !== undefined && /^[\d.]+$/.test(word);

function isSame(words: string, own: readonly string[]): boolean {
  const given = words.split(" ");
  return (
    own.every((word, index) =>
      isNumber(word) ? isNumber(given[index]) && Number(given[index]) > 0 : given[index] === word,
    ) &&
    (given.length === own.length || own[0]?.startsWith("api-") === true)
  );
}

function endFault(model: Model, names: readonly string[]): void {
  model.inForce = model.inForce.filter((one) => !names.includes(one));
}
