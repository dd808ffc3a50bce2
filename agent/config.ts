/**
 * The agent's configuration: the file `/etc/baton/agent.json`, which user-data writes and the
 * agent reads. It holds no secret; those are in the credentials file, which only root can read.
 */

export type AgentConfig = {
  /** Version of this format. */
  readonly version: 1;
  readonly stack: string;
  /** Name of this node in the stack file. */
  readonly node: string;
  readonly cloud: AgentCloud;
  readonly addresses: readonly AgentAddress[];
  readonly election: AgentElection;
  readonly health: readonly AgentHealthCheck[];
  readonly credentialsFile: string;
  readonly stateDirectory: string;
  /** Id of this instance; the metadata server tells it where this is left out. */
  readonly instance?: string;
  /** Where status is served; `/run/baton/status.sock` where this is left out. */
  readonly statusSocket?: string;
  /** `host:port` where status and metrics are served over HTTP too. */
  readonly statusListen?: string;
  /** Whether a stop gives an address up that nobody takes over; by default it is kept. */
  readonly releaseOnStop?: boolean;
  /** How long a move by a person within the group is respected; 60,000 by default. */
  readonly respectMs?: number;
  /** Whether an address that was moved outside the group is claimed back; by default not. */
  readonly takeFromOutside?: boolean;
};

export type AgentCloud =
  | {
      readonly provider: "exoscale";
      /** Empty text, in exoip's face alone: the metadata server tells it. */
      readonly zone: string;
      /** Another endpoint than the zone's own, such as `https://api-ch-gva-2.exoscale.com/v2`. */
      readonly endpoint?: string;
    }
  | { readonly provider: "oci"; readonly region: string; readonly compartment: string }
  | { readonly provider: "openstack"; readonly region?: string; readonly authUrl?: string }
  | { readonly provider: "ovh"; readonly region: string; readonly project: string };

export type AgentAddress = {
  readonly name: string;
  /** The address that the cloud moves; on OCI and OpenStack the nodes carry `vip` for it. */
  readonly ip?: string;
  readonly vip?: string;
  /** The cloud's id of the address, where it is known; else the agent looks it up. */
  readonly id?: string;
  /** Interface that carries the address on this host. */
  readonly interface: string;
  /** Rank of each node by name, 0 best. */
  readonly ranks: Readonly<Record<string, number>>;
};

export type AgentPeers =
  | { readonly from: "security-group"; readonly name: string; readonly id?: string }
  | { readonly from: "label"; readonly name: string }
  | { readonly from: "addresses"; readonly addresses: Readonly<Record<string, string>> };

type Preempt = { readonly preempt: boolean; readonly preemptDelayMs: number };

export type AgentElection =
  | ({
      readonly method: "heartbeat";
      readonly intervalMs: number;
      readonly deadRatio: number;
      readonly hold: "exclusive" | "shared";
      readonly port: number;
      readonly wire: "authenticated" | "exoip";
      /** Priority on exoip's wire, where the lowest wins. */
      readonly priority: number;
      /** The id of this node's network card that exoip's frames carry; else the instance's. */
      readonly nicId?: string;
      /** `host`, `:port` or `host:port` to listen on instead of every address and `port`. */
      readonly listen?: string;
      readonly peers: AgentPeers;
    } & Preempt)
  /** keepalived decides; the agent reads its FIFO and looks for the VIPs on the host. */
  | { readonly method: "vrrp"; readonly fifo: string; readonly instances: readonly string[] }
  /** The OpenBSD kernel decides; the agent reads the state of the interface. */
  | { readonly method: "carp"; readonly interface: string };

export type AgentHealthCheck = {
  readonly check:
    | { readonly kind: "http"; readonly url: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    | { readonly kind: "command"; readonly argv: readonly string[] }
    | { readonly kind: "link"; readonly interface: string }
    | { readonly kind: "ping"; readonly host: string };
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
};

/** The credentials file: root's, mode 0600; systemd hands the agent a copy of its own. */
export type AgentCredentials = {
  /** The cloud's credentials by their own names, such as key and secret. */
  readonly cloud: Readonly<Record<string, string>>;
  /** Heartbeat keys in base64, the one to send with first; all of them are accepted. */
  readonly heartbeatKeys: readonly string[];
};
