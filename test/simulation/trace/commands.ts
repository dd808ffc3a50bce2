/** The commands of a play. */
import { expectation } from "./expect.ts";
import { fault } from "./fault.ts";
import { durationMs, settingOf } from "./setting.ts";
import { createStage, freshMeasures, run, type Stage, tell } from "./stage.ts";

type Command = (stage: Stage, words: readonly string[]) => void;

/** Time between the boots of two nodes: their intervals begin at different moments. */
const apartMs = 150;

/** Carries out one line and gives the stage; the first command, `nodes`, sets it. */
export function command(stage: Stage | undefined, line: string): Stage {
  const [verb = "", ...words] = line.split(/\s+/);
  if (verb === "nodes") {
    const fresh = createStage(settingOf(words));
    if (!fresh.setting.off) {
      fresh.setting.ids.forEach((id, index) => {
        fresh.queue.at(index * apartMs, () => boot(fresh, id));
      });
    }
    if (fresh.setting.settled) settle(fresh);
    return fresh;
  }
  const known = commands[verb];
  if (stage === undefined) throw new Error("a play begins with `nodes`");
  if (known === undefined) throw new Error("there is no such command");
  known(stage, words);
  return stage;
}

const commands: Readonly<Record<string, Command>> = {
  run: (stage, [duration]) => void run(stage, durationMs(duration)),
  /** `until held-by lb2 within 10s`, `until lb2 claims within 10s`, `until lb2 releases …`. */
  until(stage, words) {
    const at = words.indexOf("within");
    const what = words.slice(0, at);
    if (!run(stage, durationMs(words[at + 1]), waitFor(stage, what))) {
      throw new Error(`not within ${words[at + 1]}; held by ${held(stage)}`);
    }
  },
  /** Measures begin anew. */
  mark(stage) {
    stage.measures = freshMeasures(stage.cloud);
  },
  /** Says more: reads, reasons, seen, answers, frames. */
  show(stage, words) {
    for (const word of words) stage.shown.add(word);
  },
  hide(stage, words) {
    for (const word of words) stage.shown.delete(word);
  },
  /** Says why a node does or does not hold. */
  why(stage, [id = ""]) {
    for (const ip of stage.setting.ips) tell(stage, id, `thinks: ${node(stage, id).reasonFor(ip)}`);
  },
  boot: (stage, ids) => {
    for (const id of ids[0] === "all" ? stage.setting.ids : ids) boot(stage, id);
  },
  /** The host dies. */
  kill(stage, ids) {
    for (const id of ids) {
      (stage.nodes.get(id) ?? stage.exoips.get(id))?.kill();
      stage.down.add(id);
    }
  },
  /** Only the agent dies; the host goes on serving. */
  "kill-agent": (stage, [id = ""]) => node(stage, id).kill(),
  /** The host is switched off, and the cloud says so. */
  "power-off": (stage, [id = ""]) => {
    node(stage, id).kill();
    stage.down.add(id);
    change(stage, { kind: "state", instance: id, state: "stopped" });
  },
  freeze: (stage, [id = "", duration]) => node(stage, id).freeze(durationMs(duration)),
  "clock-stop": (stage, [id = "", duration]) => node(stage, id).stopClock(durationMs(duration)),
  "wall-clock": (stage, [id = "", behind]) => {
    node(stage, id).wallBehindMs = durationMs(behind);
  },
  /** `cut lb1 lb2` both ways, `cut lb1>lb2` one way. */
  cut(stage, words) {
    for (const link of linksOf(words)) stage.cut.add(link);
  },
  mend(stage, words) {
    const links = words.length === 0 ? [...stage.cut] : linksOf(words);
    for (const link of links) stage.cut.delete(link);
  },
  api: fault,
  person(stage, [kind, instance = "", of = stage.setting.ips[0]]) {
    if (kind !== "attach" && kind !== "detach") throw new Error("attach or detach?");
    const elasticIp = stage.cloud.idOf(of ?? "");
    change(stage, { kind, elasticIp, instance });
  },
  /** A person moves the address: to one, from everybody else. */
  "person-moves": (stage, [instance = ""]) => {
    const [ip = ""] = stage.setting.ips;
    const before = stage.cloud.holdersOf(ip);
    const elasticIp = stage.cloud.idOf(ip);
    change(stage, { kind: "attach", elasticIp, instance });
    for (const id of before) change(stage, { kind: "detach", elasticIp, instance: id });
  },
  sick: (stage, ids) => {
    for (const id of ids) node(stage, id).sick = true;
  },
  well: (stage, ids) => {
    for (const id of ids) node(stage, id).sick = false;
  },
  maintenance: (stage, [id = "", on]) =>
    node(stage, id).receive({ type: "maintenance", on: on === "on" }),
  handover: (stage, [id = ""]) => node(stage, id).receive({ type: "handover", exit: false }),
  stop: (stage, [id = ""]) => {
    const original = stage.exoips.get(id);
    if (original === undefined) node(stage, id).receive({ type: "handover", exit: true });
    else original.stop();
  },
  priority: (stage, [id = "", value]) =>
    node(stage, id).receive({ type: "priority", priority: Number(value) }),
  wish: (stage, [id = "", role]) => {
    for (const ip of stage.setting.ips) {
      node(stage, id).receive({ type: "wish", ip, master: role === "master" });
    }
  },
  /** Every node learns that the group is now these. */
  members: (stage, ids) => {
    for (const one of stage.nodes.values()) one.receive({ type: "group", members: ids });
  },
  look: (stage, [id = ""]) => node(stage, id).receive({ type: "look" }),
  expect: expectation,
};

/** Lets the group take its addresses, and a minute more, and begins to count time. */
function settle(stage: Stage): void {
  const { setting, cloud, queue, lines } = stage;
  run(stage, 120_000, () => setting.ips.every((ip) => cloud.holdersOf(ip).length > 0));
  run(stage, 60_000);
  lines.splice(0);
  stage.zeroAt = queue.now;
  stage.measures = freshMeasures(cloud);
}

function boot(stage: Stage, id: string): void {
  stage.down.delete(id);
  (stage.nodes.get(id) ?? stage.exoips.get(id))?.boot();
}

function node(stage: Stage, id: string) {
  const found = stage.nodes.get(id);
  if (found === undefined) throw new Error(`there is no node ${id}`);
  return found;
}

type Change = Extract<Parameters<Stage["cloud"]["input"]>[0], { kind: "person" }>["change"];

const change = (stage: Stage, what: Change): void =>
  stage.cloud.input({ kind: "person", change: what });

function linksOf(words: readonly string[]): readonly string[] {
  if (words.length === 1 && words[0]?.includes(">")) return [words[0]];
  return words.flatMap((a) => words.filter((b) => a !== b).map((b) => `${a}>${b}`));
}

function waitFor(stage: Stage, [first = "", second = "", ...more]: readonly string[]) {
  if (first === "held-by") {
    const wanted = [second, ...more]
      .filter((id) => id !== "nobody")
      .sort()
      .join();
    return () =>
      stage.setting.ips.every((ip) => stage.cloud.holdersOf(ip).toSorted().join() === wanted);
  }
  const { measures } = stage;
  const counted = { claims: measures.claims, releases: measures.releases }[second];
  if (counted === undefined) throw new Error("until what?");
  const before = counted.get(first) ?? 0;
  return () => (counted.get(first) ?? 0) > before;
}

const held = ({ setting, cloud }: Stage): string =>
  setting.ips.map((ip) => cloud.holdersOf(ip).join(" and ") || "nobody").join("; ");
