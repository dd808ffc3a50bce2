/**
 * Who may reach whom, as data: three groups, and only what is needed is open, to whom it must be.
 * What hosts send is not limited. On Exoscale these rules hold on the public interface; private
 * networks pass everything.
 */
import type { Stack } from "../stack/stack.ts";

export type Group = "default" | "load-balancer" | "app-server";

export type FirewallRule = {
  /**
   * Names the resource, and holds all that matters: another rule has another name, so that a rule
   * is made or removed and never changed.
   */
  readonly name: string;
  readonly group: Group;
  readonly protocol: "tcp" | "udp" | "ping";
  /** Absent for `ping`, which has no ports. */
  readonly port?: number;
  readonly from: { readonly cidr: string } | { readonly group: Group };
  readonly why: string;
};

export type Firewall = {
  readonly groups: readonly Group[];
  readonly rules: readonly FirewallRule[];
};

/**
 * Names of the groups in the cloud, which are unique in an organisation and has a `default` already.
 * Peers look for the load balancers' by the name that the stack file gives it.
 */
export function groupName({ name, election }: Stack, group: Group): string {
  const isNamed = election.method === "heartbeat" && election.peers.from === "security-group";
  return group === "load-balancer" && isNamed ? election.peers.name : `${name}-${group}`;
}

/** The groups that a stack has, and their rules. */
export function firewall(stack: Stack): Firewall {
  const groups: Group[] = ["default", "load-balancer"];
  if (stack.appServers.length > 0) groups.push("app-server");
  return {
    groups,
    rules: [...access(stack), ...served(stack), ...heartbeat(stack), ...behind(stack)],
  };
}

const access = ({ access: { sshFrom, icmpFrom } }: Stack): FirewallRule[] => [
  ...unique(sshFrom).map((cidr): FirewallRule => {
    const why = "SSH, from where the stack file says";
    return {
      name: `ssh-${spelt(cidr)}`,
      group: "default",
      protocol: "tcp",
      port: 22,
      from: { cidr },
      why,
    };
  }),
  ...unique(icmpFrom).map((cidr): FirewallRule => {
    const why = "ping, from where the stack file says";
    return { name: `ping-${spelt(cidr)}`, group: "default", protocol: "ping", from: { cidr }, why };
  }),
];

const served = ({ services }: Stack): FirewallRule[] =>
  services.flatMap(({ name, port, from }) =>
    unique(from).map((cidr): FirewallRule => {
      const group = "load-balancer";
      const why = `service ${name}`;
      return {
        name: `${name}-${port}-${spelt(cidr)}`,
        group,
        protocol: "tcp",
        port,
        from: { cidr },
        why,
      };
    }),
  );

function heartbeat({ election }: Stack): FirewallRule[] {
  // VRRP speaks on a private network, which has no filter.
  if (election.method !== "heartbeat") return [];
  const from = { group: "load-balancer" } as const;
  const { port } = election;
  const why = "heartbeat among the load balancers";
  return [{ name: `heartbeat-${port}`, group: "load-balancer", protocol: "udp", port, from, why }];
}

function behind({ services, appServers, proxy }: Stack): FirewallRule[] {
  if (appServers.length === 0 || proxy === "none") return [];
  const ports = unique(services.map(({ targetPort }) => targetPort));
  return ports.map((port) => ({
    name: `from-load-balancers-${port}`,
    group: "app-server",
    protocol: "tcp",
    port,
    from: { group: "load-balancer" },
    why: "requests that the load balancers pass on",
  }));
}

/** Two colons are the engine's own, in the names of resources. */
const spelt = (cidr: string): string => cidr.replaceAll(":", "-");

/** Two rules of one kind would be one in the cloud. */
const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];
