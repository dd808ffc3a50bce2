/** The agent's configuration and credentials files. */
import type {
  AgentAddress,
  AgentConfig,
  AgentCredentials,
  AgentElection,
  AgentPeers,
} from "../../agent/config.ts";
import type { Peers } from "../../stack/stack.ts";
import { carriedIp, type NodeContext } from "../context.ts";
import { priorityOf } from "../priority.ts";
import { heartbeatKey } from "../secrets.ts";
import { vrrpInstances } from "../vrrp.ts";

export const credentialsFile = "/etc/baton/credentials.json";
export const vrrpFifo = "/run/baton-vrrp/notify.fifo";

export function agentConfig(context: NodeContext): AgentConfig {
  const { stack, host } = context;
  return {
    version: 1,
    stack: stack.name,
    node: host.name,
    cloud: cloudOf(context),
    addresses: stack.addresses.map((address): AgentAddress => {
      const { ip = context.inputs.facts.addresses[address.name]?.ip, vip } = address;
      const id = context.inputs.facts.addresses[address.name]?.id;
      return {
        name: address.name,
        ...(ip !== undefined && { ip }),
        ...(vip !== undefined && { vip }),
        ...(id !== undefined && { id }),
        interface: address.interface,
        ranks: address.ranks,
      };
    }),
    election: electionOf(context),
    health: stack.health,
    credentialsFile,
    stateDirectory: "/var/lib/baton",
  };
}

function cloudOf({ stack: { cloud } }: NodeContext): AgentConfig["cloud"] {
  switch (cloud.provider) {
    case "exoscale":
      return { provider: "exoscale", zone: cloud.zone };
    case "oci":
      return { provider: "oci", region: cloud.region, compartment: cloud.compartment };
    case "openstack": {
      const { region, authUrl } = cloud;
      return { provider: "openstack", ...(region && { region }), ...(authUrl && { authUrl }) };
    }
    case "ovh":
      return { provider: "ovh", region: cloud.region, project: cloud.project };
  }
}

function electionOf(context: NodeContext): AgentElection {
  const { stack, host } = context;
  const { election } = stack;
  switch (election.method) {
    case "heartbeat": {
      const rank = Math.min(...stack.addresses.map(({ ranks }) => ranks[host.name] ?? 0));
      const { intervalMs, deadRatio, hold, port, wire, preempt, preemptDelayMs } = election;
      const priority = priorityOf(stack, host, rank);
      const peers = peersOf(election.peers, context);
      return {
        method: "heartbeat",
        intervalMs,
        deadRatio,
        hold,
        port,
        wire,
        priority,
        peers,
        preempt,
        preemptDelayMs,
      };
    }
    case "vrrp":
      return {
        method: "vrrp",
        fifo: vrrpFifo,
        instances: vrrpInstances(context).map(({ name }) => name),
      };
    case "carp":
      return { method: "carp", interface: "carp0" };
  }
}

/** Peers by fixed address come from the stack file; those of a group are learnt while running. */
function peersOf(peers: Peers, { stack, host, inputs }: NodeContext): AgentPeers {
  switch (peers.from) {
    case "security-group": {
      const id = inputs.facts.securityGroup?.id;
      return { from: "security-group", name: peers.name, ...(id !== undefined && { id }) };
    }
    case "label":
      return { from: "label", name: peers.name };
    case "addresses": {
      const others = stack.nodes.filter(({ name }) => name !== host.name);
      const fixed = others.map(({ name, ips }) => [name, ips[peers.network] ?? ""]);
      return { from: "addresses", addresses: Object.fromEntries(fixed) };
    }
  }
}

export function agentCredentials({ stack, inputs }: NodeContext): AgentCredentials {
  const { election } = stack;
  const signed = election.method === "heartbeat" && election.wire === "authenticated";
  return {
    cloud: inputs.credentials,
    heartbeatKeys: signed ? [heartbeatKey(inputs.text(stack.secret), stack.name)] : [],
  };
}

/** The address that exoip's own keys name; its face watches exactly one. */
export function exoipAddress(context: NodeContext): string {
  const [address] = context.stack.addresses;
  if (address === undefined) throw new Error("a stack without addresses was not refused");
  return carriedIp(context, address);
}
