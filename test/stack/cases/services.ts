/** Services, the proxy before them, the agent's delivery, and what is only warned of. */
import type { RuleCase } from "../rule-case.ts";

const tcp = { services: { web: { port: 80 }, mail: { port: 25, protocol: "tcp" } } };

export const serviceCases: readonly RuleCase[] = [
  {
    title: "app servers with no service",
    broken: { services: undefined },
    says: "noService",
    message: /there are app servers but no service/,
    at: "app-servers",
    fine: { services: undefined, "app-servers": undefined },
  },
  {
    title: "a proxy with no app server",
    broken: { "app-servers": undefined, proxy: "haproxy" },
    says: "noBackend",
    message: /haproxy has no app server to send requests to/,
    at: "proxy",
    fine: { "app-servers": undefined, proxy: "nginx" },
  },
  {
    title: "a tcp service that nobody serves",
    broken: { "app-servers": undefined, ...tcp },
    says: "tcpWithoutBackend",
    message: /service mail is tcp, and there is no app server behind it/,
    at: "services.mail.protocol",
    fine: tcp,
  },
  {
    title: "a tcp service behind nginx",
    broken: { proxy: "nginx", ...tcp },
    says: "proxyNginxTcp",
    message: /service mail: nginx here carries http only/,
    at: "services.mail.protocol",
    fine: { proxy: "haproxy", ...tcp },
  },
  {
    title: "three services on one port",
    broken: { services: { a: { port: 80 }, b: { port: 80 }, c: { port: 80 } } },
    says: "samePort",
    message: /services a and [bc] both use port 80/,
    at: ["services.b.port", "services.c.port"],
    fine: { services: { a: { port: 80 }, b: { port: 81 }, c: { port: 82 } } },
  },
  {
    title: "a service on SSH's port",
    broken: { "services.web.port": 22 },
    says: "reservedPort",
    message: /port 22 is SSH's on the hosts/,
    at: "services.web.port",
    fine: { "services.web.port": 2222 },
  },
  {
    title: "a check path of a tcp service",
    broken: { services: { web: { port: 80, protocol: "tcp", check: "/health" } } },
    says: "checkTcp",
    message: /a check path needs `protocol: http`/,
    at: "services.web.check",
    fine: { services: { web: { port: 80, protocol: "http", check: "/health" } } },
  },
];

const url = "https://example.com/agent.js";
const sha256 = "0123456789abcdef".repeat(4);
const reference = "${env:VALUE}";

export const agentCases: readonly RuleCase[] = [
  {
    title: "delivery by url without a checksum",
    broken: { agent: { delivery: "url", url } },
    says: "deliveryKeys",
    message: /delivery by url needs `url` and `sha256`/,
    at: "agent.delivery",
    fine: { agent: { delivery: "url", url, sha256 } },
  },
  {
    title: "a checksum of an inline bundle",
    broken: { agent: { sha256 } },
    says: "deliveryKeys",
    message: /have no meaning with inline delivery/,
    at: "agent.delivery",
    fine: { agent: { delivery: "inline" } },
  },
  {
    title: "half of the cloud's credentials",
    broken: { "agent.credentials": { key: reference } },
    says: "credentialKeys",
    message: /the agent's credentials on exoscale are: key, secret/,
    at: "agent.credentials",
    fine: { "agent.credentials": { key: reference, secret: reference } },
  },
  {
    title: "credentials where the instance has its own identity",
    on: "oci",
    broken: { "agent.credentials": { key: reference } },
    says: "credentialKeys",
    message: /the agent's credentials on oci are: none/,
    at: "agent.credentials",
    fine: { "agent.credentials": {} },
  },
  {
    title: "a secret that is no text",
    broken: { secret: 12345678 },
    message: /name where the secret comes from/,
    at: "secret",
    fine: { secret: reference },
  },
  {
    title: "a secret that is no reference",
    broken: { secret: "hunter2-hunter2" },
    message: /a secret never stands in the stack file/,
    at: "secret",
    fine: { secret: "${file:secrets/stack}" },
  },
];

export const warningCases: readonly RuleCase[] = [
  {
    title: "SSH open to the world",
    broken: { "access.ssh-from": ["192.0.2.0/24", "0.0.0.0/0"] },
    says: "sshWorld",
    message: /SSH is open to the whole world/,
    at: "access.ssh-from[1]",
    fine: { "access.ssh-from": ["192.0.2.0/24"] },
    warns: true,
  },
  {
    title: "SSH open to the world of IPv6",
    broken: { "access.ssh-from": ["::/0"] },
    says: "sshWorld",
    message: /SSH is open to the whole world/,
    at: "access.ssh-from[0]",
    fine: { "access.ssh-from": ["2001:db8::/32"] },
    warns: true,
  },
  {
    title: "nobody who can log in",
    broken: { "access.ssh-keys": [] },
    says: "noLogin",
    message: /nobody can log in/,
    at: "access",
    fine: {},
    warns: true,
  },
  {
    title: "a single load balancer",
    broken: { nodes: 1 },
    says: "oneNode",
    message: /a single load balancer/,
    at: "nodes",
    fine: { nodes: 2 },
    warns: true,
  },
  {
    title: "a single app server",
    broken: { "app-servers": 1 },
    says: "oneAppServer",
    message: /a single app server/,
    at: "app-servers",
    fine: { "app-servers": 2 },
    warns: true,
  },
];
