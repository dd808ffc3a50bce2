/** Rules about services, the proxy in front of them, and the agent's delivery. */
import { clouds } from "../clouds.ts";
import type { Finding } from "../diagnostic.ts";
import { messages } from "../messages.ts";
import type { Reference } from "../reference.ts";
import { error, hostPath, type Rule, repeated } from "./rule.ts";

export const services: Rule = (_declaration, stack) => {
  const findings: Finding[] = [];
  if (stack.appServers.length > 0 && stack.services.length === 0) {
    findings.push(error(["app-servers"], messages.noService(), "key"));
  }
  for (const members of repeated(stack.services, ({ port }) => port).values()) {
    const [first, ...others] = members;
    for (const { name, port } of others) {
      const text = messages.samePort(port, first?.name ?? "", name);
      findings.push(error(["services", name, "port"], text));
    }
  }
  for (const { name, port, targetPort, protocol, check } of stack.services) {
    if (port === 22) findings.push(error(["services", name, "port"], messages.reservedPort(port)));
    if (targetPort === 22 && port !== 22) {
      findings.push(error(["services", name, "target-port"], messages.reservedPort(targetPort)));
    }
    if (protocol === "tcp" && check !== undefined) {
      findings.push(error(["services", name, "check"], messages.checkTcp()));
    }
  }
  return findings;
};

export const proxy: Rule = (_declaration, stack) => {
  const findings: Finding[] = [];
  if (stack.proxy === "haproxy" && stack.appServers.length === 0) {
    findings.push(error(["proxy"], messages.noBackend("haproxy")));
  }
  for (const { name, check } of stack.proxy === "nginx" ? stack.services : []) {
    if (check !== undefined && stack.appServers.length > 0) {
      findings.push(error(["services", name, "check"], messages.checkNginx()));
    }
  }
  const tcp = stack.services.filter(({ protocol }) => protocol === "tcp");
  if (stack.proxy !== "nginx") return findings;
  for (const { name } of tcp) {
    const text =
      stack.appServers.length > 0 ? messages.proxyNginxTcp(name) : messages.tcpWithoutBackend(name);
    findings.push(error(["services", name, "protocol"], text));
  }
  return findings;
};

export const cloudConfigs: Rule = (declaration, stack) => {
  const broken = stack.appServers.filter(
    ({ cloudConfig }) => isText(cloudConfig) && !/^#cloud-config\s*\n/.test(cloudConfig),
  );
  const paths = new Set(
    broken.map(({ name }) =>
      JSON.stringify([...hostPath(declaration, "app-server", name), "cloud-config"]),
    ),
  );
  return [...paths].map((path) => error(JSON.parse(path), messages.cloudConfigHeader()));
};

const isText = (value: string | Reference | undefined): value is string =>
  typeof value === "string";

export const delivery: Rule = ({ agent }) => {
  const { delivery: by, url, sha256 } = agent;
  const fine = by === "url" ? url !== undefined : url === undefined && sha256 === undefined;
  return fine ? [] : [error(["agent", "delivery"], messages.deliveryKeys(by))];
};

export const credentials: Rule = (_declaration, stack) => {
  const { provider } = stack.cloud;
  const wanted = clouds[provider].credentials;
  const given = Object.keys(stack.agent.credentials);
  const fits =
    given.length === 0 ||
    (given.length === wanted.length && given.every((key) => wanted.includes(key)));
  return fits ? [] : [error(["agent", "credentials"], messages.credentialKeys(provider, wanted))];
};
