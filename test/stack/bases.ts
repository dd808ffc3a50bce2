/** Stack files without a fault, one for each way of carrying an address. */

/** Of the bytes `examplekeyexamplekeyexamplekey00`. */
export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGVrZXlleGFtcGxla2V5ZXhhbXBsZWtleTAw you@example.com";

const access = { "ssh-keys": [publicKey] };

export const bases = {
  /** Heartbeat, the elastic IP on loopback. */
  exoscale: {
    name: "shop",
    cloud: { provider: "exoscale", zone: "ch-gva-2" },
    addresses: { web: { ip: "198.51.100.50" } },
    nodes: 2,
    "app-servers": 3,
    services: { web: { port: 80 } },
    access,
  },
  /** VRRP, a VIP in a private network behind a floating IP. */
  openstack: {
    name: "pair",
    cloud: { provider: "openstack" },
    networks: { private: { cidr: "10.0.0.0/24", interface: "ens3" } },
    addresses: { web: { ip: "203.0.113.10", vip: "10.0.0.100" } },
    nodes: 2,
    "app-servers": 2,
    services: { web: { port: 80 } },
    access,
  },
  /** VRRP, two routers with an address in each of two networks. */
  oci: {
    name: "routers",
    cloud: { provider: "oci", region: "eu-frankfurt-1", compartment: "network" },
    networks: {
      outside: { cidr: "10.0.1.0/24", interface: "ens3" },
      inside: { cidr: "10.0.2.0/24", interface: "ens5" },
    },
    addresses: {
      outer: { ip: "203.0.113.20", vip: "10.0.1.100" },
      inner: { vip: "10.0.2.100", network: "inside" },
    },
    nodes: { count: 2, kind: "virtual-router" },
    proxy: "none",
    access,
  },
  /** Heartbeat, a failover IP that is routed to one of two machines. */
  ovh: {
    name: "edge",
    cloud: { provider: "ovh", region: "SBG5", project: "t18s" },
    addresses: { web: { ip: "198.51.100.60" } },
    nodes: 2,
    "app-servers": 2,
    services: { web: { port: 80 } },
    access,
  },
  /** CARP on two OpenBSD machines, on a network of its own. */
  openbsd: {
    name: "edge",
    cloud: { provider: "ovh", region: "SBG5", project: "t18s" },
    system: "openbsd-7",
    networks: {
      public: { type: "public", interface: "vio0" },
      carp: { interface: "vio2", cidr: "10.25.0.0/16" },
    },
    addresses: { web: { ip: "198.51.100.60" } },
    nodes: { hosts: { edge1: {}, edge2: {} } },
    proxy: "none",
    election: { method: "carp", network: "carp", "carp-address": "10.25.0.10" },
    access,
  },
} as const;

export type Base = keyof typeof bases;
