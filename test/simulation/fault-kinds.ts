/** What each fault does to the world, and how it is undone. */
import { pastOf } from "../../agent/core/releasing.ts";
import { attack } from "./attack.ts";
import { type Fault, type FaultKind, orderFaults } from "./faults.ts";
import { Agent } from "./world/agent.ts";
import type { Disorder, DisorderKind } from "./world/disorder.ts";
import type { Host } from "./world/host.ts";
import type { Weather } from "./world/network.ts";
import { stranger, type World } from "./world/world.ts";

/** Begins a fault and gives what ends it. */
type Begin = (world: World, fault: Fault, host: Host) => (() => void) | undefined;

const none = (): undefined => undefined;

const agentOf = (host: Host): Agent | undefined =>
  host.program instanceof Agent ? host.program : undefined;

/** Carried out when the host is awake. */
const order = (host: Host, give: (agent: Agent) => void): undefined => {
  host.deliver(() => {
    const agent = agentOf(host);
    if (agent !== undefined) give(agent);
  });
};

const links = (world: World, pairs: readonly (readonly [string, string])[]): (() => void) => {
  for (const [from, to] of pairs) world.network.cut(from, to);
  return () => {
    for (const [from, to] of pairs) world.network.mend(from, to);
  };
};

/** Somebody has to be left. */
const isLast = (world: World, host: Host): boolean =>
  world.ids.every((id) => id === host.id || world.lost.has(id));

const kill: Begin = (_, __, host) => {
  host.kill();
  return () => host.boot();
};

const change =
  (holders: (world: World, before: readonly string[], id: string) => readonly string[]): Begin =>
  (world, { node }) => {
    for (const ip of world.ips.slice(0, 1)) {
      world.cloud.person(ip, holders(world, world.cloud.holders(ip), node));
    }
    return undefined;
  };

const weather =
  (key: keyof Weather, most: number): Begin =>
  ({ network }, { rate }) =>
    network.worsen(key, rate * most);

const begins: Readonly<Record<Exclude<FaultKind, `api-${DisorderKind}`>, Begin>> = {
  kill,
  /** For good: the others have to do without it. */
  die(world, _, host) {
    if (isLast(world, host)) return undefined;
    world.lost.add(host.id);
    host.kill();
    return undefined;
  },
  ail(world, _, host) {
    if (isLast(world, host)) return undefined;
    world.lost.add(host.id);
    host.sick = true;
    world.changed();
    return undefined;
  },
  "power-off"(world, fault, host) {
    kill(world, fault, host);
    world.cloud.power(host.id, true);
    return () => host.boot();
  },
  restart(world, { rate }, host) {
    if (host.program === undefined || host.frozenAt !== undefined) return undefined;
    const { intervalMs, deadRatio } = world.plan.group;
    // By systemd, which lets it leave word, or by a crash.
    const agent = agentOf(host);
    if (agent !== undefined && (7 * rate) % 1 < 0.5) host.past = pastOf(agent.state);
    host.killProgram();
    world.restarted = { at: world.queue.now, id: host.id, alone: world.disturbances === 1 };
    // Within the dead interval of its peers, which began with its last frame.
    const withinMs = 0.9 * (deadRatio - 2) * Math.min(intervalMs, host.intervalMs ?? intervalMs);
    world.queue.after(rate * withinMs, () => host.up && host.boot());
    return undefined;
  },
  freeze(_, __, host) {
    host.freeze();
    return () => host.thaw(false);
  },
  "stop-clock"(_, __, host) {
    host.freeze();
    return () => host.thaw(true);
  },
  sick(world, _, host) {
    host.sick = true;
    world.changed();
    return () => {
      host.sick = world.ails(host);
      world.changed();
    };
  },
  flapping(world, { rate }, host) {
    let over = false;
    const flap = (): void => {
      host.sick = (!host.sick && !over) || world.ails(host);
      world.changed();
      if (!over) world.queue.after(800 + rate * 4_000, flap);
    };
    flap();
    return () => {
      over = true;
      host.sick = world.ails(host);
      world.changed();
    };
  },
  "wall-clock"(_, { rate }, host) {
    host.wallErrorMs = (rate - 0.5) * 7_200_000;
    const agent = agentOf(host);
    if (agent !== undefined) agent.api.clockErrorMs = host.wallErrorMs;
    return () => {
      host.wallErrorMs = 0;
    };
  },
  cut: (world, { node, other }) =>
    links(world, [
      [node, other],
      [other, node],
    ]),
  "one-way": (world, { node, other }) => links(world, [[node, other]]),
  isolate: (world, { node }) =>
    links(
      world,
      world.ids.flatMap((id): (readonly [string, string])[] =>
        id === node
          ? []
          : [
              [node, id],
              [id, node],
            ],
      ),
    ),
  /** It is heard by all, and hears nobody. */
  deaf: (world, { node }) =>
    links(
      world,
      world.ids.flatMap((id): (readonly [string, string])[] => (id === node ? [] : [[id, node]])),
    ),
  /** Links are cut one after the other and mended in another order (FoundationDB's swizzle). */
  swizzle(world, { ms }) {
    const chosen = world.ids.filter(() => world.random() < 0.6);
    const ends = chosen.flatMap((id) => {
      const pairs = world.ids.flatMap((other): (readonly [string, string])[] =>
        other === id ? [] : [[id, other]],
      );
      let mend: (() => void) | undefined;
      world.queue.after(world.random() * ms * 0.4, () => {
        mend ??= links(world, pairs);
      });
      const end = (): void => {
        mend?.();
        mend = none;
      };
      world.queue.after(ms * (0.4 + world.random() * 0.6), end);
      return [end];
    });
    return () => {
      for (const end of ends) end();
    };
  },
  loss: weather("loss", 0.4),
  duplicate: weather("duplicates", 0.5),
  reorder: weather("reorderMs", 2_500),
  attack,
  handover: (_, __, host) =>
    order(host, (agent) => agent.receive({ type: "handover", exit: false })),
  stop(_, __, host) {
    const { program } = host;
    if (program === undefined) return undefined;
    if (program instanceof Agent)
      order(host, (one) => one.receive({ type: "handover", exit: true }));
    else program.stop?.();
    return () => host.up && host.boot();
  },
  maintenance(_, __, host) {
    order(host, (agent) => agent.receive({ type: "maintenance", on: true }));
    return () => order(host, (agent) => agent.receive({ type: "maintenance", on: false }));
  },
  priority(_, { rate }, host) {
    order(host, (agent) =>
      agent.receive({ type: "priority", priority: Math.round(1 + rate * 254) }),
    );
    return () =>
      order(host, (agent) => {
        const { election } = agent.state.settings;
        const priority = election.method === "heartbeat" ? election.priority : 0;
        agent.receive({ type: "priority", priority });
      });
  },
  /** A new key, as the documents say: accepted by all, then used, then alone; node by node. */
  rotate(world, { ms }) {
    const [old = 1] = world.host(world.ids[0] ?? "").keyRing;
    // Nobody begins another before one is done: the nodes would end with different keys.
    if (world.ids.some((id) => world.host(id).keyRing.join() !== String(old))) return undefined;
    const stages = [[old, old + 1], [old + 1, old], [old + 1]];
    stages.forEach((ring, stage) => {
      world.ids.forEach((id, index) => {
        const at = ((stage + index / world.ids.length) * ms) / stages.length;
        world.queue.after(at, () => {
          const host = world.host(id);
          host.keyRing = ring;
          order(host, (agent) => agent.look());
        });
      });
    });
    return undefined;
  },
  reload: (_, __, host) => order(host, (agent) => agent.look()),
  /** Another interval comes with a restart, node by node. */
  retime(world, { rate }, host) {
    if (host.program === undefined || host.frozenAt !== undefined) return undefined;
    // exoip's frames tell no interval: what comes less often than all others expect is not heard.
    const slowMs = world.plan.group.wire === "exoip" ? 1_000 : 2_000;
    host.intervalMs = rate < 0.5 ? 500 : slowMs;
    host.killProgram();
    world.queue.after(500, () => host.up && host.boot());
    return undefined;
  },
  "person-attach": change((world, before, id) =>
    world.cloud.traits.several ? [...new Set([...before, id])] : [id],
  ),
  /** Where nothing can be detached it can be parked. */
  "person-detach": change((_, before, id) => before.filter((one) => one !== id)),
  "person-move": change((_, __, id) => [id]),
  "person-outside": change(() => [stranger]),
};

function disorder(world: World, { kind, verb, onlyNode, node, rate }: Fault): () => void {
  const name = kind.slice("api-".length) as DisorderKind;
  // Reads lag by less than the settle time of a second: that is what it is for.
  const ms = { limited: 1_000, slow: 1_500, late: 9_000, lag: 800 }[name as "lag"] ?? 0;
  const from = onlyNode ? node : undefined;
  const one: Disorder = { kind: name, rate: 0.3 + rate, ms: ms * (0.2 + rate), verb, from };
  world.cloud.disorders.add(one);
  return () => world.cloud.disorders.delete(one);
}

/** Has a fault happen at its time, and end at its own or when all is mended. */
export function schedule(world: World, fault: Fault): () => void {
  let end: (() => void) | undefined;
  const { queue, cloud } = world;
  const { upon } = fault;
  const strike = (): void => {
    if (queue.now >= world.plan.healAt) return;
    world.count(`fault: ${fault.kind}`);
    if (upon !== undefined) world.count(`upon: ${upon.verb}`);
    world.say("FAULT", describe(fault));
    const host = world.host(fault.node);
    const over = world.begin(fault);
    const { kind } = fault;
    const undo = isDisorder(kind) ? disorder(world, fault) : begins[kind](world, fault, host);
    end = () => {
      end = undefined;
      undo?.();
      over();
    };
    const lasting = undo !== undefined || slow.has(kind);
    const mine = end;
    queue.after(lasting ? fault.ms : 0, () => end === mine && mine());
  };
  queue.at(fault.at, () => {
    if (upon === undefined) strike();
    else cloud.upon(upon.verb, () => queue.after(upon.ms, strike));
  });
  return () => end?.();
}

const isDisorder = (kind: FaultKind): kind is `api-${DisorderKind}` => kind.startsWith("api-");

/** Faults that take their time, though nothing has to be undone. */
const slow: ReadonlySet<FaultKind> = new Set([...orderFaults, "restart"]);

export function describe(fault: Fault): string {
  const { kind, node, other, ms, rate, verb, onlyNode } = fault;
  const whose = isDisorder(kind) && !onlyNode ? "" : ` ${node}`;
  const also = kind === "cut" || kind === "one-way" ? ` ${other}` : "";
  const calls = verb === undefined ? "" : ` ${verb}s`;
  const share = `${Math.round(rate * 100)} %`;
  return `${kind}${whose}${also}${calls} (${share}) for ${(ms / 1000).toFixed(1)} s`;
}
