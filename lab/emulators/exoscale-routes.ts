/** Which call of the API a request is; exactly those that the agent and the provider make. */
import { z } from "zod";
import type { Action, Json } from "../model/exoscale/request.ts";
import * as bodies from "./exoscale-bodies.ts";
import { objectRoutes } from "./exoscale-routes-object.ts";

/** What of a request makes a call: what its path names, its query, its body as JSON. */
export type Given = {
  readonly id: string;
  /** The second thing that the path names. */
  readonly other: string;
  readonly url: URL;
  readonly body: unknown;
};

/**
 * By method and path after `/v2/`; `:id` stands for a UUID, `:name` for a name.
 * Each throws `z.ZodError` where the body or the query is not what the call takes.
 */
export type Routes = Readonly<Record<string, (given: Given) => Action>>;

const instanceRoutes: Routes = {
  "GET instance": ({ url }) => ({ call: "list-instances", filter: bodies.instanceFilter(url) }),
  "GET instance/:id": ({ id }) => ({ call: "get-instance", id }),
  "POST instance": ({ body }) => ({
    call: "create-instance",
    given: bodies.newInstance.parse(body),
  }),
  "PUT instance/:id": ({ id, body }) => ({
    call: "update-instance",
    instance: id,
    given: bodies.instanceUpdate.parse(body),
  }),
  "DELETE instance/:id": ({ id }) => ({ call: "delete-instance", instance: id }),
  "PUT instance/:id:start": ({ id }) => ({ call: "start-instance", instance: id }),
  "PUT instance/:id:stop": ({ id }) => ({ call: "stop-instance", instance: id }),
  "PUT instance/:id:reboot": ({ id }) => ({ call: "reboot-instance", instance: id }),
  "PUT instance/:id:add-protection": ({ id }) => ({
    call: "add-instance-protection",
    instance: id,
  }),
  "PUT instance/:id:remove-protection": ({ id }) => ({
    call: "remove-instance-protection",
    instance: id,
  }),
  "PUT instance/:id:scale": ({ id, body }) => ({
    call: "scale-instance",
    instance: id,
    instanceType: bodies.scale.parse(body),
  }),
  "PUT instance/:id:resize-disk": ({ id, body }) => ({
    call: "resize-instance-disk",
    instance: id,
    diskSizeGib: bodies.resize.parse(body),
  }),
  "GET reverse-dns/instance/:id": ({ id }) => ({ call: "get-reverse-dns-instance", id }),
  "POST reverse-dns/instance/:id": ({ id, body }) => ({
    call: "update-reverse-dns-instance",
    instance: id,
    domainName: bodies.domain.parse(body),
  }),
  "DELETE reverse-dns/instance/:id": ({ id }) => ({
    call: "delete-reverse-dns-instance",
    instance: id,
  }),
};

const addressRoutes: Routes = {
  "GET elastic-ip": () => ({ call: "list-elastic-ips" }),
  "GET elastic-ip/:id": ({ id }) => ({ call: "get-elastic-ip", id }),
  "POST elastic-ip": ({ body }) => ({
    call: "create-elastic-ip",
    given: bodies.newAddress.parse(body),
  }),
  "PUT elastic-ip/:id": ({ id, body }) => ({
    call: "update-elastic-ip",
    elasticIp: id,
    given: bodies.addressUpdate.parse(body),
  }),
  "DELETE elastic-ip/:id": ({ id }) => ({ call: "delete-elastic-ip", elasticIp: id }),
  "PUT elastic-ip/:id:attach": ({ id, body }) => ({
    call: "attach-instance-to-elastic-ip",
    elasticIp: id,
    instance: bodies.onInstance.parse(body),
  }),
  "PUT elastic-ip/:id:detach": ({ id, body }) => ({
    call: "detach-instance-from-elastic-ip",
    elasticIp: id,
    instance: bodies.onInstance.parse(body),
  }),
  "GET reverse-dns/elastic-ip/:id": ({ id }) => ({ call: "get-reverse-dns-elastic-ip", id }),
  "POST reverse-dns/elastic-ip/:id": ({ id, body }) => ({
    call: "update-reverse-dns-elastic-ip",
    elasticIp: id,
    domainName: bodies.domain.parse(body),
  }),
  "DELETE reverse-dns/elastic-ip/:id": ({ id }) => ({
    call: "delete-reverse-dns-elastic-ip",
    elasticIp: id,
  }),
};

const uuid = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";

const all: Routes = { ...instanceRoutes, ...addressRoutes, ...objectRoutes };

/** Method and path of every call that is served: `PUT elastic-ip/:id:attach`. */
export const routes: readonly string[] = Object.keys(all);

const patterns = Object.entries(all).map(([route, action]) => {
  const [method, path = ""] = route.split(" ");
  const pattern = path.replaceAll(":id", uuid).replaceAll(":name", "([^/]+)");
  return { method, pattern: new RegExp(`^/v2/${pattern}$`), action };
});

/** A request that is no call: with the status and the words that say why. */
export type NoCall = { readonly status: 400 | 404; readonly message: string };

export type Called = { readonly action: Action; readonly parameters: Json };

export function actionOf(method: string, url: URL, text: string): Called | NoCall {
  for (const { method: wanted, pattern, action } of patterns) {
    const match = method === wanted ? pattern.exec(url.pathname) : null;
    if (match === null) continue;
    const body = text === "" ? {} : parsed(text);
    if (body === undefined) return { status: 400, message: "The body is not JSON" };
    const [, id = "", other = ""] = match;
    try {
      const called = action({ id: decodeURIComponent(id), other, url, body });
      return { action: called, parameters: { ...Object.fromEntries(url.searchParams), ...body } };
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, message: z.prettifyError(error) };
      if (error instanceof URIError) return { status: 400, message: "The path is not encoded" };
      throw error;
    }
  }
  return { status: 404, message: "Not found" };
}

function parsed(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
