/** What may befall the simulated group, in the words of `baton lab`. */
import type { Event } from "../../../agent/core/state.ts";
import { Agent } from "../world/agent.ts";
import type { Disorder, DisorderKind } from "../world/disorder.ts";
import type { Host } from "../world/host.ts";
import type { LiveGroup } from "./group.ts";

type Order = (group: LiveGroup, args: readonly string[]) => void;

const onHost =
  (act: (host: Host, group: LiveGroup, rest: readonly string[]) => void): Order =>
  (group, [id = "", ...rest]) =>
    act(group.host(id), group, rest);

/** Carried out when the host is awake. */
const tell = (eventOf: (rest: readonly string[]) => Event): Order =>
  onHost((host, _, rest) => {
    const { program } = host;
    if (!(program instanceof Agent)) throw new Error(`no agent runs on ${host.id}; boot it first`);
    host.deliver(() => program.receive(eventOf(rest)));
  });

/** A service manager starts an agent again that was killed. */
const restartMs = 5000;

const disorder =
  (kind: DisorderKind, ms: number, from?: string): Order =>
  ({ cloud }) => {
    const one: Disorder = { kind, rate: 1, ms, from };
    cloud.disorders.add(one);
  };

function cut({ cut: ways }: LiveGroup, [one = "", other = "", way]: readonly string[]): void {
  ways.add(`${one}>${other}`);
  if (way === undefined) ways.add(`${other}>${one}`);
}

/** Now, and again once an agent that was told to stop has done so. */
function boot(host: Host, { queue }: LiveGroup): void {
  host.thaw(false);
  host.boot();
  queue.after(restartMs, () => host.up && host.boot());
}

const freeApi: Order = ({ cloud }, [id]) => {
  for (const one of [...cloud.disorders])
    if (id === undefined ? one.from === undefined : one.from === id) cloud.disorders.delete(one);
};

export const orders: Readonly<Record<string, Order>> = {
  kill: onHost((host) => host.kill()),
  boot: onHost(boot),
  freeze: onHost((host) => host.freeze()),
  thaw: onHost((host) => host.thaw(false)),
  "agent-kill": onHost((host, { queue }) => {
    host.killProgram();
    queue.after(restartMs, () => host.up && host.boot());
  }),
  "agent-stop": tell(() => ({ type: "handover", exit: true })),
  "agent-start": onHost(boot),
  handover: tell(() => ({ type: "handover", exit: false })),
  maintenance: tell(([on]) => ({ type: "maintenance", on: on === "on" })),
  move: onHost(({ id }, { cloud, ips }) => {
    for (const ip of ips) cloud.person(ip, [id]);
  }),
  cut,
  mend: ({ cut: ways }, [one = "", other = ""]) => {
    ways.delete(`${one}>${other}`);
    ways.delete(`${other}>${one}`);
  },
  "api-cut": (group, [id = ""]) => disorder("unreachable", 0, id)(group, []),
  "api-mend": freeApi,
  "api-error": disorder("error", 0),
  "api-hang": disorder("hang", 0),
  "api-slow": disorder("slow", 3000),
  "api-heal": (group) => freeApi(group, []),
  heal: (group) => {
    group.cut.clear();
    group.cloud.disorders.clear();
    for (const host of group.hosts.values()) boot(host, group);
    for (const { id, program } of group.hosts.values())
      if (program instanceof Agent) orders.maintenance?.(group, [id, "off"]);
  },
};
