/** A small zone for tests: three instances, two of them load balancers, and two elastic IPs. */
import type { Instance, Seed } from "../../lab/model/exoscale/world.ts";

const id = (kind: string, number: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const ids = {
  lb1: id("a", 1),
  lb2: id("a", 2),
  app1: id("a", 3),
  address: id("e", 1),
  second: id("e", 2),
  loadBalancers: id("b", 1),
  apps: id("b", 2),
  apart: id("c", 1),
} as const;

const instance = (given: Pick<Instance, "id" | "name"> & Partial<Instance>): Instance => ({
  state: "running",
  publicIp: `198.51.100.${given.id.slice(-1)}`,
  labels: {},
  securityGroups: [],
  antiAffinityGroups: [],
  elasticIps: [],
  createdAt: "2026-01-01T00:00:00Z",
  ...given,
});

const byId = <T extends { readonly id: string }>(...all: readonly T[]) =>
  Object.fromEntries(all.map((one) => [one.id, one]));

/** lb1 holds the first address. */
export const world: Omit<Seed, "apiEndpoint"> = {
  zone: "ch-gva-2",
  instances: byId(
    instance({
      id: ids.lb1,
      name: "lb1",
      ipv6Address: "2001:db8::1",
      labels: { role: "lb" },
      securityGroups: [ids.loadBalancers],
      antiAffinityGroups: [ids.apart],
      elasticIps: [ids.address],
    }),
    instance({
      id: ids.lb2,
      name: "lb2",
      labels: { role: "lb" },
      securityGroups: [ids.loadBalancers],
      antiAffinityGroups: [ids.apart],
    }),
    instance({ id: ids.app1, name: "app1", labels: { role: "app" }, securityGroups: [ids.apps] }),
  ),
  elasticIps: byId(
    { id: ids.address, ip: "203.0.113.7", family: "inet4", description: "", labels: {} } as const,
    { id: ids.second, ip: "203.0.113.8", family: "inet4", description: "", labels: {} } as const,
  ),
  securityGroups: byId(
    { id: ids.loadBalancers, name: "load-balancer", description: "" },
    { id: ids.apps, name: "app-server", description: "" },
  ),
  antiAffinityGroups: byId({ id: ids.apart, name: "apart", description: "" }),
};

/** A seeded generator (mulberry32): the same seed gives the same numbers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
