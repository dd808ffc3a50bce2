/** A healthy stack, a failover and a split, as the messages that a lab's run would send. */
import { factsOf } from "../../../lab/page/facts.ts";
import { followFailovers } from "../../../lab/page/failover.ts";
import type { AgentView, Facts } from "../../../lab/page/message.ts";
import type { Page } from "../../../lab/page/page.ts";
import { countsOf } from "../../../lab/page/traffic.ts";
import { loadStack } from "../../../stack/load.ts";

type Told = Pick<Page, "tell">;

export const address = "198.51.100.50";
/** Of a stack with two. */
export const second = "198.51.100.51";

const stackText = `name: shop
cloud: { provider: exoscale, zone: ch-gva-2 }
addresses: { web: { ip: ${address} } }
nodes: 2
app-servers: 3
services: { web: { port: 80 } }
agent: { delivery: url, url: "https://downloads.example.com/baton-agent.js" }
`;

export function facts(): Facts {
  const loaded = loadStack(stackText, "stack.yaml");
  if (!loaded.ok) throw new Error("the script's stack file is none");
  return factsOf(loaded.stack);
}

const other = (node: string): string => (node === "lb1" ? "lb2" : "lb1");

/** An agent that is well. */
export const view = (node: string, holds: boolean, change: Partial<AgentView> = {}): AgentView => ({
  healthy: true,
  maintenance: false,
  resigning: false,
  checks: [],
  addresses: [
    {
      ip: address,
      role: holds ? "master" : "backup",
      holds,
      why: holds ? "holds, as elected" : "stands by",
    },
  ],
  peers: [{ name: other(node), heard: true, bothWays: true }],
  problems: [],
  ...change,
});

/** What a request at every 20 ms came to, from one moment to another. */
export function samples(from: number, to: number, failing = false) {
  const count = Math.floor((to - from) / 20);
  return Array.from({ length: count }, (_, n) => {
    const end = failing ? { error: "timeout" } : { status: 200, backend: `app${(n % 3) + 1}` };
    return { n, at: from + n * 20, ms: failing ? 800 : 3, ...end };
  });
}

export function traffic(
  { tell }: Told,
  sent: ReturnType<typeof samples>,
  through: string,
  ip = address,
): void {
  const asked = sent.map((one) => ({ ...one, ip }));
  for (const [second, counts] of countsOf(asked, () => through))
    tell({ kind: "traffic", second, counts });
}

export function beats({ tell }: Told, at: number, arrived = true): void {
  tell({ kind: "beat", from: "lb1", to: "lb2", arrived }, at);
  tell({ kind: "beat", from: "lb2", to: "lb1", arrived }, at);
}

/** lb1 holds, and has answered for some minutes. */
export function healthy(page: Told, now: number): void {
  const { tell } = page;
  for (const [title, tookMs] of [
    ["pulumi up", 7500],
    ["5 hosts boot from their user-data", 5200],
  ] as const) {
    tell({ kind: "step", title, state: "begun" }, now - 250_000 - tookMs);
    tell({ kind: "step", title, state: "done" }, now - 250_000);
  }
  tell({ kind: "scene", holders: { [address]: ["lb1"] }, off: [] }, now - 240_000);
  for (const node of ["lb1", "lb2"]) {
    tell({ kind: "agent", node, view: view(node, node === "lb1") }, now - 240_000);
    tell({ kind: "said", who: node, tone: "agent", text: `hears ${other(node)}, both ways` });
    tell({ kind: "calls", node, count: 4 }, now - 20_000);
  }
  traffic(page, samples(now - 240_000, now), "lb1");
  beats(page, now);
}

/** lb1 has lost its power a while ago, and lb2 has taken over. */
export function failover(page: Told, faultAt: number): void {
  const { tell } = page;
  tell({ kind: "order", words: ["kill", "lb1"] }, faultAt);
  tell({ kind: "said", who: "you", tone: "order", text: "kill lb1" }, faultAt);
  tell({ kind: "scene", holders: { [address]: ["lb1"] }, off: ["lb1"] }, faultAt + 200);
  tell({ kind: "agent", node: "lb1", view: null }, faultAt + 400);
  tell({ kind: "said", who: "lb1", tone: "trouble", text: "does not answer" }, faultAt + 400);
  const follow = followFailovers(facts());
  const failing = samples(faultAt, faultAt + 4000, true);
  const good = samples(faultAt + 4000, faultAt + 9000);
  for (const one of [...samples(faultAt - 1000, faultAt), ...failing, ...good])
    follow.sample(one, address);
  follow.beat("lb1", "lb2", faultAt - 150);
  follow.claimed(address, ["lb1"], "lb2", faultAt + 2850);
  const claim = {
    ip: address,
    detectMs: 2980,
    claimMs: 1000,
    confirmMs: 130,
    why: "the holder fell silent",
  };
  follow.moved("lb2", { at: faultAt + 3960, ...claim });
  for (const made of follow.news(faultAt + 9000))
    tell({ kind: "failover", failover: made }, faultAt + 4100);
  traffic(page, failing, "lb1");
  traffic(page, good, "lb2");
  const texts = ["hears nothing from lb1 any more", "backup: the holder fell silent"];
  for (const text of texts) tell({ kind: "said", who: "lb2", tone: "agent", text }, faultAt + 2900);
  tell({ kind: "said", who: "cloud", tone: "cloud", text: `attach ${address} to lb2` });
  tell({ kind: "scene", holders: { [address]: ["lb2"] }, off: ["lb1"] }, faultAt + 4000);
  const peers = [{ name: "lb1", heard: false, bothWays: false }];
  const problems = [{ text: "silent: lb1", fix: "there: systemctl status baton" }];
  tell({ kind: "agent", node: "lb2", view: view("lb2", true, { peers, problems }) });
  tell({ kind: "said", who: "lb2", tone: "agent", text: "master: holds, as elected" });
}

/** Neither hears the other, and clients reach both. */
export function split(page: Told, at: number): void {
  const { tell } = page;
  tell({ kind: "order", words: ["cut", "lb1", "lb2"] }, at);
  tell({ kind: "said", who: "you", tone: "order", text: "cut lb1 lb2" }, at);
  for (const node of ["lb1", "lb2"]) {
    const peers = [{ name: other(node), heard: false, bothWays: false }];
    const problems = [{ text: `silent: ${other(node)}`, fix: "there: systemctl status baton" }];
    tell({ kind: "agent", node, view: view(node, node === "lb1", { peers, problems }) });
    const text = `hears nothing from ${other(node)} any more`;
    tell({ kind: "said", who: node, tone: "trouble", text });
  }
  beats(page, at + 1000, false);
}
