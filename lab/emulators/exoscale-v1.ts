/**
 * The four calls of Exoscale's older API, v1, that exoip makes, as a translation to v2: so the same
 * model, with the same faults, answers both. Source: exoip v0.4.3 and egoscale v0.13.3, its client.
 * Each interface of an instance and each address on it has an id of its own there.
 */
import { createHash } from "node:crypto";
import type { Cloud, Operation } from "../model/exoscale/cloud.ts";
import type { Answer, Json } from "../model/exoscale/request.ts";
import type { Instance, World } from "../model/exoscale/world.ts";
import type { Called, NoCall } from "./exoscale-routes.ts";

/** A call, and how its answer is written. */
export type V1Called = Called & {
  /** As policies name it, in the service `compute-legacy`. */
  readonly legacy: string;
  /** @param cloud as it is when the answer leaves */
  readonly written: (answer: Answer, cloud: Cloud) => Answer;
};

export const isV1 = (target: string): boolean => /^\/compute(\?|$)/.test(target);

/** A short one has its fields in the query, a long one in a form. */
export const v1Fields = (target: string, body: string): URLSearchParams =>
  new URLSearchParams(body === "" ? new URL(target, "http://localhost").search : body);

export const nicOf = (instance: string): string => idFrom(`nic of ${instance}`);

/** Of an address on an interface: what is removed. */
const secondaryOf = (instance: string, elasticIp: string): string =>
  idFrom(`${elasticIp} on ${instance}`);

export function v1Called(fields: URLSearchParams, world: World): V1Called | NoCall {
  const parameters = Object.fromEntries(fields);
  const of = (name: string): string => fields.get(name) ?? "";
  const instances = Object.values(world.instances);
  const addresses = Object.values(world.elasticIps);
  switch (of("command")) {
    case "listVirtualMachines":
      return {
        action: { call: "list-instances", filter: {} },
        parameters,
        legacy: "compute-list-virtual-machines",
        written: (answer, cloud) =>
          wrapped(answer, "listvirtualmachinesresponse", () => machinesIn(cloud.world, fields)),
      };
    case "addIpToNic": {
      const instance = instances.find(({ id }) => nicOf(id) === of("nicid"));
      const address = addresses.find(({ ip }) => ip === of("ipaddress"));
      if (!instance || !address) return unknown("nicid or ipaddress");
      return {
        action: {
          call: "attach-instance-to-elastic-ip",
          elasticIp: address.id,
          instance: instance.id,
        },
        parameters,
        legacy: "compute-add-ip-to-nic",
        // Not by the name of its command: its client knows it so.
        written: (answer, cloud) =>
          wrapped(answer, "addiptovmnicresponse", ({ id }) => jobOf(cloud, String(id))),
      };
    }
    case "removeIpFromNic": {
      const [held] = instances.flatMap(({ id, elasticIps }) =>
        elasticIps.flatMap((elasticIp) =>
          secondaryOf(id, elasticIp) === of("id") ? [{ instance: id, elasticIp }] : [],
        ),
      );
      if (!held) return unknown("id");
      return {
        action: { call: "detach-instance-from-elastic-ip", ...held },
        parameters,
        legacy: "compute-remove-ip-from-nic",
        written: (answer, cloud) =>
          wrapped(answer, "removeipfromnicresponse", ({ id }) => jobOf(cloud, String(id))),
      };
    }
    case "queryAsyncJobResult":
      return {
        action: { call: "get-operation", id: of("jobid") },
        parameters,
        legacy: "compute-query-async-job-result",
        written: (answer, cloud) =>
          wrapped(answer, "queryasyncjobresultresponse", () => jobOf(cloud, of("jobid"))),
      };
    default:
      return { status: 400, message: `The lab serves no command ${of("command")}` };
  }
}

const unknown = (field: string): NoCall => ({ status: 400, message: `Unable to find ${field}` });

/** An answer in the old envelope; an error has one of its own. */
function wrapped(answer: Answer, key: string, content: (body: Json) => Json): Answer {
  const { delivery } = answer;
  if (delivery.kind !== "answer" && delivery.kind !== "cut") return answer;
  const { status, body } = delivery;
  const written = status === 200 ? { [key]: content(body) } : v1Error(status, String(body.message));
  return { ...answer, delivery: { ...delivery, body: written } };
}

export const v1Error = (status: number, text: string): Json => ({
  errorresponse: { errorcode: status, cserrorcode: 4350, errortext: text },
});

/** 0 while it is under way, 1 when it succeeded, 2 when it did not. */
function jobOf({ operations, world }: Cloud, id: string): Json {
  const operation = operations[id];
  if (operation === undefined || operation.state === "pending") return { jobid: id, jobstatus: 0 };
  if (operation.state !== "success") {
    const text = operation.message ?? operation.reason ?? operation.state;
    return { jobid: id, jobstatus: 2, jobresult: { errorcode: 530, errortext: text } };
  }
  return { jobid: id, jobstatus: 1, jobresult: resultOf(operation, world) };
}

function resultOf({ change }: Operation, world: World): Json {
  if (change.kind !== "attach") return { success: true };
  const { instance, elasticIp } = change;
  return { nicsecondaryip: secondary(world, instance, elasticIp) };
}

const secondary = ({ elasticIps }: World, instance: string, elasticIp: string): Json => ({
  id: secondaryOf(instance, elasticIp),
  ipaddress: elasticIps[elasticIp]?.ip,
  nicid: nicOf(instance),
  virtualmachineid: instance,
});

/** All fit on the first page; where there is none, the envelope is empty. */
function machinesIn(world: World, fields: URLSearchParams): Json {
  const is = (name: string, value: string | undefined): boolean =>
    !fields.has(name) || fields.get(name)?.toLowerCase() === value;
  const found = Object.values(world.instances).filter(
    ({ id, name, publicIp, state }) =>
      is("id", id) &&
      is("name", name) &&
      is("ipaddress", publicIp) &&
      is("state", state) &&
      is("zoneid", zoneIdOf(world)) &&
      is("page", "1"),
  );
  if (found.length === 0) return {};
  const virtualmachine = found.map((instance) => machine(world, instance));
  return { count: found.length, virtualmachine };
}

const zoneIdOf = ({ zone }: World): string => idFrom(`zone ${zone}`);

const machine = (world: World, { id, name, state, publicIp, ...more }: Instance): Json => ({
  id,
  name,
  displayname: name,
  state: `${state[0]?.toUpperCase()}${state.slice(1)}`,
  zoneid: zoneIdOf(world),
  zonename: world.zone,
  securitygroup: more.securityGroups.map((group) => ({
    id: group,
    name: world.securityGroups[group]?.name,
  })),
  nic: [
    {
      id: nicOf(id),
      isdefault: true,
      ipaddress: publicIp,
      virtualmachineid: id,
      secondaryip: more.elasticIps.map((elasticIp) => secondary(world, id, elasticIp)),
    },
  ],
});

/** A UUID that is the same each time. */
function idFrom(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
