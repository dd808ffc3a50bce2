/**
 * What the clouds do differently, as data: which election fits, who carries the address, what the
 * agent's credentials are called, how large user-data may be. Sources are the providers' API
 * documents; the Exoscale limit is the provider's own check before it encodes.
 */
import type { Network, Provider } from "./stack.ts";

export type CloudFacts = {
  readonly method: "heartbeat" | "vrrp";
  /** `vip`: nodes carry a private address that the public one is mapped to. */
  readonly carries: "ip" | "vip";
  readonly sharedHold: boolean;
  readonly ipv6: boolean;
  /** The first address of each private block is the cloud's router. */
  readonly gatewayFirst: boolean;
  /** Whether OpenBSD, whose image agent takes a script as user-data, can be an edge node here. */
  readonly scripts: boolean;
  readonly credentials: readonly string[];
  readonly networks: readonly Network[];
};

const publicOn = (name: string): Network => ({ name: "public", type: "public", interface: name });

const privateOn = (name: string, gateway?: string): Network => ({
  name: "private",
  type: "private",
  interface: name,
  cidr: "10.0.0.0/24",
  gateway,
  ips: "fixed",
});

export const clouds: Readonly<Record<Provider, CloudFacts>> = {
  exoscale: {
    method: "heartbeat",
    carries: "ip",
    sharedHold: true,
    ipv6: true,
    gatewayFirst: false,
    scripts: false,
    credentials: ["key", "secret"],
    networks: [publicOn("eth0"), privateOn("eth1")],
  },
  oci: {
    method: "vrrp",
    carries: "vip",
    sharedHold: false,
    ipv6: true,
    gatewayFirst: true,
    scripts: false,
    credentials: [],
    networks: [privateOn("ens3", "10.0.0.1")],
  },
  openstack: {
    method: "vrrp",
    carries: "vip",
    sharedHold: false,
    ipv6: false,
    gatewayFirst: true,
    scripts: false,
    credentials: ["id", "secret"],
    networks: [privateOn("ens3", "10.0.0.1")],
  },
  ovh: {
    method: "heartbeat",
    carries: "ip",
    sharedHold: false,
    ipv6: false,
    gatewayFirst: false,
    scripts: true,
    credentials: ["application-key", "application-secret", "consumer-key"],
    networks: [publicOn("ens3"), privateOn("ens4")],
  },
};
