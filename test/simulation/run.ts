/**
 * One bad day, from one plan: faults for a while, then everything is mended, and the group must
 * converge within the bound that the rules state. Two phases, as TigerBeetle and FoundationDB do.
 */
import { allCheckers } from "./checkers/all.ts";
import { boundOf, leavesMs } from "./checkers/bounds.ts";
import type { Checker, Violation } from "./checkers/checker.ts";
import { isGood } from "./checkers/converges.ts";
import { type Measured, Meter } from "./checkers/meter.ts";
import { kindsOf } from "./coverage.ts";
import { schedule } from "./fault-kinds.ts";
import type { Plan } from "./plan.ts";
import { World } from "./world/world.ts";

export type Result = {
  readonly violation: Violation | undefined;
  /** Each line a moment of the run; empty where it was not traced. */
  readonly trace: readonly string[];
  readonly measured: Measured;
  /** Who holds the first address when all is over. */
  readonly holders: readonly string[];
};

export type RunOptions = {
  /** Adds how often things came about. */
  readonly counts?: Map<string, number>;
  readonly tracing?: boolean;
  /** From when on it is measured what clients got. */
  readonly measuredFrom?: number;
  /** Goes on where an invariant is broken: what peers do is measured, and not judged. */
  readonly unjudged?: boolean;
};

export function run(plan: Plan, options: RunOptions = {}): Result {
  const { counts = new Map(), tracing = false, measuredFrom = 0, unjudged = false } = options;
  const world = new World(plan, counts, tracing);
  for (const kind of kindsOf(plan)) world.count(kind);
  const meter = new Meter(world, measuredFrom);
  const checkers = unjudged ? [] : allCheckers();
  const { queue, cloud } = world;
  let violation: Violation | undefined;
  let looked = -1;
  let told = 0;
  const look = (): boolean => {
    for (; tracing && told < cloud.moves.length; told += 1) tell(world, told);
    const changes = world.version + cloud.calls.length + cloud.moves.length;
    if (changes === looked) return false;
    looked = changes;
    meter.look();
    violation ??= firstOf(world, checkers, "look");
    return violation !== undefined;
  };
  world.ids.forEach((id, index) => {
    queue.at(plan.nodes[index]?.bootAt ?? 0, () => world.host(id).boot());
  });
  const ends = plan.faults.map((fault) => schedule(world, fault));
  breakLinks(world);
  everySecond(world);
  queue.at(plan.healAt, () => heal(world, ends));
  try {
    queue.runUntil(plan.healAt + plan.calmMs, look);
    const fine = violation === undefined && world.ips.every((ip) => isGood(world, ip));
    const until = (): number => {
      const boundMs = Math.max(
        ...world.ips.flatMap((ip) => [boundOf(world, ip, true), boundOf(world, ip, false)]),
      );
      return plan.healAt + Math.max(plan.watchMs, boundMs + leavesMs(plan.group) + plan.calmMs);
    };
    // What happens meanwhile may grant more.
    while (!fine && !unjudged && !violation && queue.now < until()) queue.runUntil(until(), look);
    violation ??= firstOf(world, checkers, "end");
  } catch (error) {
    if (unjudged) throw error;
    violation = { invariant: "crash", at: queue.now, what: thrown(error) };
  }
  if (violation !== undefined) world.say("CHECK", `${violation.invariant}: ${violation.what}`);
  meter.look();
  const { lines: trace, ips } = world;
  const holders = cloud.holders(ips[0] ?? "");
  return { violation, trace, holders, measured: meter.measured };
}

/** What was thrown and where, in one line: such a seed is found again like any other. */
function thrown(error: unknown): string {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return said.split("\n").slice(0, 2).join(" ").replaceAll(/\s+/g, " ");
}

/** No fault that ends: what the rules promise holds all the same. */
function breakLinks(world: World): void {
  const { broken } = world.plan.network;
  if (broken === undefined) return;
  world.queue.at(broken.at, () => {
    world.say(
      "FAULT",
      `broken for good: ${broken.links.map((link) => link.join(" > ")).join(", ")}`,
    );
    for (const [from, to] of broken.links) world.network.cut(from, to);
  });
}

/** Time alone can make something wrong. */
function everySecond(world: World): void {
  world.changed();
  world.queue.after(1_000, () => everySecond(world));
}

function heal(world: World, ends: readonly (() => void)[]): void {
  world.say("HEAL", "all is mended");
  for (const end of ends) end();
  for (const host of world.hosts.values()) {
    host.thaw(false);
    if (host.up || !world.lost.has(host.id)) host.boot();
  }
  world.disturb()();
}

function firstOf(
  world: World,
  checkers: readonly Checker[],
  when: "look" | "end",
): Violation | undefined {
  for (const checker of checkers) {
    const what = checker[when]?.(world);
    if (what !== undefined) return { invariant: checker.invariant, at: world.queue.now, what };
  }
  return undefined;
}

function tell(world: World, index: number): void {
  const move = world.cloud.moves[index];
  if (move === undefined) return;
  const { ip, holders, by } = move;
  const which = world.ips.length > 1 ? `${ip} ` : "";
  world.say("CLOUD", `${which}is held by ${holders.join(" and ") || "nobody"} (${by})`);
}
