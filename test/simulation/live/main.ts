/**
 * `npm start -- --simulate`: the live page over simulated hosts, in real time. The agents' core,
 * their heartbeats and their signatures are the real ones; all around them is the simulator.
 */
import { faultGroups } from "../../../lab/page/buttons.ts";
import { servePage } from "../../../lab/page/page.ts";
import { tellerOf } from "../../../lab/page/teller.ts";
import { askForEver, balancerAt } from "./client.ts";
import { LiveGroup } from "./group.ts";
import { orders } from "./orders.ts";

const stepMs = 25;
const lookMs = 250;

const nodes = ["lb1", "lb2"];
const has = (verb: string): boolean => Object.hasOwn(orders, verb);
const page = await servePage({
  facts: {
    stack: "shop",
    simulation: true,
    balancers: nodes,
    backends: [],
    intervalMs: 1000,
    limitMs: 3000,
    faults: faultGroups(nodes, [], has),
  },
  order: async ([verb = "", ...args]) => {
    teller.order([verb, ...args]);
    orders[verb]?.(group, args);
    return undefined;
  },
});
const teller = tellerOf(page);
const group = new LiveGroup(Date.now() % 2 ** 30, teller);
group.ids.forEach((id, index) => {
  group.queue.at(group.plan.nodes[index]?.bootAt ?? 0, () => group.host(id).boot());
});
const wallAt = Date.now();
const begun = performance.now();
askForEver(group, wallAt, teller.sample);

const ticker = setInterval(() => {
  group.queue.runUntil(performance.now() - begun, () => false);
}, stepMs);
const looker = setInterval(() => {
  group.look();
  void teller.traffic(() => balancerAt(group));
}, lookMs);

const end = (): void => {
  clearInterval(ticker);
  clearInterval(looker);
  void page.close();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
// A reader such as `head`, or a terminal, that is gone: nobody knows the address.
process.stdout.once("error", end);
process.stdout.write(`a simulation, not a lab: ${page.url}\nCtrl-C ends it\n`);
