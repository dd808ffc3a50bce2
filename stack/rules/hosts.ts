/** Rules about the hosts: their number, names, addresses and systems. */
import { clouds } from "../clouds.ts";
import type { Finding } from "../diagnostic.ts";
import { appServerGroup, nodeGroup } from "../hosts.ts";
import { formatAddress, parseAddress } from "../ip.ts";
import { messages } from "../messages.ts";
import { type Host, hostsOf, type Stack } from "../stack.ts";
import { systemsThat } from "../systems.ts";
import { error, hostPath, type Rule, repeated } from "./rule.ts";

/** A group says how many hosts it has, or names them; a count and names agree. */
export const counts: Rule = ({ nodes, appServers }, stack) => {
  const groups = [
    { key: "nodes", group: nodeGroup(nodes), made: stack.nodes.length },
    ...(appServers === undefined
      ? []
      : [{ key: "app-servers", group: appServerGroup(appServers), made: stack.appServers.length }]),
  ];
  return groups.flatMap(({ key, group, made }) => {
    if (group.count === undefined) return made === 0 ? [error([key], messages.noHosts())] : [];
    if (group.count === made) return [];
    return [error([key, "count"], messages.countAndHosts(group.count, made))];
  });
};

export const slots: Rule = (declaration, stack) => {
  if (declaration.appServers === undefined) return [];
  const { slots: reserved } = appServerGroup(declaration.appServers);
  if (reserved === undefined || reserved >= stack.appServers.length) return [];
  return [error(["app-servers", "slots"], messages.slotsTooFew(reserved, stack.appServers.length))];
};

export const uniqueNames: Rule = (declaration, stack) =>
  [...repeated(hostsOf(stack), ({ name }) => name).values()].flatMap(([, second]) =>
    second === undefined
      ? []
      : [
          error(
            hostPath(declaration, second.role, second.name),
            messages.sameName(second.name),
            "key",
          ),
        ],
  );

/** Every address belongs to one owner: host, slot, gateway, VIP, carp0 or the failover address. */
export const uniqueAddresses: Rule = (declaration, stack) => {
  // One IPv6 address has many spellings, and a host of a broken network has no address at all.
  const owned = [...hostAddresses(stack), ...slotAddresses(stack), ...stackAddresses(stack)]
    .map((owner) => ({ ...owner, address: parseAddress(owner.ip) }))
    .flatMap(({ address, ...owner }) =>
      address ? [{ ...owner, ip: formatAddress(address) }] : [],
    );
  return [...repeated(owned, ({ ip }) => ip).values()].map((owners) => {
    const last = owners.at(-1);
    const path =
      last?.host === undefined
        ? (last?.path ?? [])
        : hostPath(declaration, last.host.role, last.host.name);
    return error(
      path,
      messages.sameAddress(
        String(last?.ip),
        owners.map(({ owner }) => owner),
      ),
    );
  });
};

type Owned = { ip: string; owner: string; host?: Host; path?: readonly string[] };

const hostAddresses = (stack: Stack): Owned[] =>
  hostsOf(stack).flatMap((host) =>
    [...Object.values(host.ips), ...(host.publicIp === undefined ? [] : [host.publicIp])].map(
      (ip) => ({
        ip,
        owner: host.name,
        host,
      }),
    ),
  );

const slotAddresses = ({ backends, appServers }: Stack): Owned[] =>
  backends.slice(appServers.length).map(({ name, target }) => ({
    ip: target,
    owner: `the empty slot ${name}`,
    path: ["app-servers", "slots"],
  }));

function stackAddresses(stack: Stack): Owned[] {
  const gateways = stack.networks.flatMap((network) =>
    network.type === "private" && network.gateway !== undefined
      ? [
          {
            ip: network.gateway,
            owner: `the gateway of ${network.name}`,
            path: ["networks", network.name],
          },
        ]
      : [],
  );
  const addresses = stack.addresses.flatMap(({ name, ip, vip }) =>
    [ip, vip].flatMap((text) =>
      text === undefined ? [] : [{ ip: text, owner: `address ${name}`, path: ["addresses", name] }],
    ),
  );
  const carp =
    stack.election.method === "carp" && stack.election.carpAddress !== ""
      ? [{ ip: stack.election.carpAddress, owner: "carp0", path: ["election", "carp-address"] }]
      : [];
  return [...gateways, ...addresses, ...carp];
}

/** The systems can carry what the stack asks of them. */
export const systemsFit: Rule = (declaration, stack) => {
  const perHost = hostsOf(stack).flatMap((host): Finding[] => {
    const { system } = host;
    const path = hostPath(declaration, host.role, host.name);
    const findings: Finding[] = [];
    if (system.userData === "sh" && !clouds[stack.cloud.provider].scripts) {
      findings.push(error(path, messages.systemCloud(system.name, "ovh")));
    }
    if (host.role === "node") findings.push(...nodeSystem(host, stack, path));
    if (host.role === "app-server" && system.userData === "sh") {
      const can = systemsThat(({ proxies }) => proxies.includes("nginx"));
      findings.push(
        error(path, messages.proxySystem("the page of an app server", system.name, can)),
      );
    }
    return findings;
  });
  // One message for a group whose hosts all have the same fault.
  return [...new Map(perHost.map((finding) => [JSON.stringify(finding), finding])).values()];
};

function nodeSystem(host: Host, stack: Stack, path: Finding["path"]): Finding[] {
  const { system } = host;
  const { method } = stack.election;
  const findings: Finding[] = [];
  if (!system.elections.includes(method)) {
    const can = systemsThat(({ elections }) => elections.includes(method));
    findings.push(error(path, messages.methodSystem(method, system.name, can)));
  }
  if (!system.proxies.includes(stack.proxy)) {
    const can = systemsThat(({ proxies }) => proxies.includes(stack.proxy));
    findings.push(error(path, messages.proxySystem(stack.proxy, system.name, can)));
  }
  const { loopback } = stack.agent;
  if (loopback !== undefined && !system.networkStacks.includes(loopback)) {
    const can = systemsThat(({ networkStacks }) => networkStacks.includes(loopback));
    findings.push(error(["agent", "loopback"], messages.loopback(system.name, can)));
  }
  return findings;
}
