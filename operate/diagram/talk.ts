/** Who may talk to whom, in the words of a picture: the rules of the stack, put together. */
import { type FirewallRule, firewall } from "../../infra/firewall.ts";
import { deadRatioOf, type Election, isShared, type Stack } from "../../stack/stack.ts";

/** Somebody outside of the stack, and what is open to them. */
export type Outsider = {
  readonly who: readonly string[];
  readonly may: string;
  /** What they reach: the addresses, or every host by its own address. */
  readonly to: "addresses" | "hosts";
};

const anywhere = ["0.0.0.0/0", "::/0"];

/** Those from outside, those who ask for services first. */
export function outsiders(stack: Stack): readonly Outsider[] {
  const { rules } = firewall(stack);
  const open = rules.flatMap((rule) =>
    "cidr" in rule.from ? [{ rule, cidr: rule.from.cidr }] : [],
  );
  // Rules that differ in nothing but where one comes from are one arrow.
  const kinds = Map.groupBy(open, ({ rule }) => `${labelOf(rule)} ${rule.group}`);
  const all = [...kinds.values()].map((same): Outsider & { readonly key: string } => {
    const [first] = same;
    const cidrs = same.map(({ cidr }) => cidr);
    const named = cidrs.filter((cidr) => !anywhere.includes(cidr));
    const who = named.length < cidrs.length ? ["anywhere"] : named;
    const to = first?.rule.group === "load-balancer" ? "addresses" : "hosts";
    return { who, to, may: first ? labelOf(first.rule) : "", key: `${to} ${who.join()}` };
  });
  const merged = Map.groupBy(all, ({ key }) => key);
  return [...merged.values()]
    .flatMap(([first, ...more]) => {
      if (first === undefined) return [];
      const { who, to } = first;
      return [{ who, to, may: [first, ...more].map(({ may }) => may).join(", ") }];
    })
    .sort((one, other) => one.to.localeCompare(other.to));
}

function labelOf({ protocol, port, why }: FirewallRule): string {
  if (protocol === "ping") return "ping";
  const name = /^service (.+)$/.exec(why)?.[1];
  return `${port === 22 ? "SSH " : name === undefined ? "" : `${name} `}${protocol.toUpperCase()} ${port}`;
}

/** What the load balancers pass on to the app servers; nothing where none is. */
export function behind(stack: Stack): string | undefined {
  const ports = firewall(stack)
    .rules.filter(({ group }) => group === "app-server")
    .map(({ port }) => port);
  return ports.length === 0 ? undefined : `TCP ${ports.join(", ")}`;
}

/** What the nodes tell each other, and where. */
export function amongNodes(election: Election): string {
  switch (election.method) {
    case "heartbeat": {
      const where = election.peers.from === "addresses" ? ` on ${election.peers.network}` : "";
      return `heartbeat UDP ${election.port}${where}`;
    }
    case "vrrp":
      return `VRRP (protocol 112) on ${election.network}`;
    case "carp":
      return `CARP (protocol 112) on ${election.network}`;
  }
}

/** When one is dead, and who holds after it: in one line. */
export function electionIn(election: Election): string {
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const dead = `silent for ${deadRatioOf(election)} × ${seconds(election.intervalMs)}: the next one claims`;
  const back = election.preempt
    ? "the preferred one takes it back when it is well again"
    : "nobody takes it back";
  return isShared(election) ? `${dead}; all of equal rank hold at once` : `${dead}; ${back}`;
}
