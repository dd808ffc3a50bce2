/** Which call of the API a method and a path are; exactly those that the agent makes. */
import type { Action, InstanceFilter } from "../model/exoscale/request.ts";

type Route = readonly [string, RegExp, (id: string, url: URL, body: string) => Action | undefined];

const uuid = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";

const at = (path: string): RegExp => new RegExp(`^/v2/${path.replace(":id", uuid)}$`);

const routes: readonly Route[] = [
  ["GET", at("zone"), () => ({ call: "list-zones" })],
  ["GET", at("elastic-ip"), () => ({ call: "list-elastic-ips" })],
  ["GET", at("elastic-ip/:id"), (id) => ({ call: "get-elastic-ip", id })],
  ["PUT", at("elastic-ip/:id:attach"), (id, _, body) => move(id, body, true)],
  ["PUT", at("elastic-ip/:id:detach"), (id, _, body) => move(id, body, false)],
  ["GET", at("operation/:id"), (id) => ({ call: "get-operation", id })],
  ["GET", at("instance"), (_, url) => ({ call: "list-instances", filter: filterOf(url) })],
  ["GET", at("instance/:id"), (id) => ({ call: "get-instance", id })],
  ["PUT", at("instance/:id:start"), (instance) => ({ call: "start-instance", instance })],
  ["PUT", at("instance/:id:stop"), (instance) => ({ call: "stop-instance", instance })],
  ["GET", at("security-group"), () => ({ call: "list-security-groups" })],
  ["GET", at("security-group/:id"), (id) => ({ call: "get-security-group", id })],
  ["GET", at("anti-affinity-group/:id"), (id) => ({ call: "get-anti-affinity-group", id })],
];

/** The call, or the HTTP status that says why there is none. */
export function actionOf(method: string, url: URL, body: string): Action | 400 | 404 {
  for (const [routeMethod, pattern, action] of routes) {
    const match = method === routeMethod ? pattern.exec(url.pathname) : null;
    if (match !== null) return action(match[1] ?? "", url, body) ?? 400;
  }
  return 404;
}

function move(elasticIp: string, body: string, attach: boolean): Action | undefined {
  const instance = /^[0-9a-f-]{36}$/.exec(String(parsed(body)?.instance?.id))?.[0];
  if (instance === undefined) return undefined;
  return attach
    ? { call: "attach-instance-to-elastic-ip", elasticIp, instance }
    : { call: "detach-instance-from-elastic-ip", elasticIp, instance };
}

function parsed(text: string): { readonly instance?: { readonly id?: unknown } } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function filterOf({ searchParams }: URL): InstanceFilter {
  const value = (name: string): string | undefined => searchParams.get(name) ?? undefined;
  const labels = value("labels");
  const given = {
    ipAddress: value("ip-address"),
    managerType: value("manager-type"),
    managerId: value("manager-id"),
    labels: labels === undefined ? undefined : JSON.parse(labels),
  };
  return Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined));
}
