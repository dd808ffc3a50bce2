/** What the account allows: the key, the zone, the templates, the quotas. Pure. */
import { templates } from "../../infra/clouds/exoscale-templates.ts";
import { hostsOf, privateNetworks, type Stack } from "../../stack/stack.ts";
import { type Finding, note, ok, unseen, wrong } from "../finding.ts";
import type { Snapshot } from "../snapshot.ts";
import { broughtBy, type Calls, shapes, unreadable } from "./examine.ts";

/** What only `pulumi up` needs, and no command that operates a stack. */
const ofMaking = ["list-iam-roles", "list-api-keys", "list-ssh-keys", "list-quotas"];

const newer = "is the endpoint Exoscale's API v2? else this program is older than the API";

/** @returns whether the API answers at all, and what is wrong with the key */
export function judgeKey(calls: Calls): {
  readonly answers: boolean;
  readonly findings: Finding[];
} {
  const all = [...calls.values()];
  const away = all.find(({ ended }) => ended === "unreachable");
  if (away !== undefined) {
    const fix = "is EXOSCALE_API_ENDPOINT right? the cloud's state: https://exoscalestatus.com";
    return { answers: false, findings: [wrong("API", `does not answer: ${away.message}`, fix)] };
  }
  if (all.some(({ ended }) => ended === "auth")) {
    const fix = "EXOSCALE_API_KEY and EXOSCALE_API_SECRET must be of one key that is alive";
    return { answers: false, findings: [wrong("key", "the API refuses it", fix)] };
  }
  const refused = all.filter(({ ended }) => ended === "forbidden").map(({ call }) => call);
  // The instance that is stopped and started is none, so that it is not found.
  const unlooked = all.filter(
    ({ call, ended }) =>
      !["fine", "forbidden"].includes(ended) &&
      !(ended === "not-found" && /^(stop|start)-instance$/.test(call)),
  );
  const making = refused.filter((call) => ofMaking.includes(call));
  const operating = refused.filter((call) => !ofMaking.includes(call));
  const allow = "allow it in the key's role, or take a key that may do all of compute and iam";
  return {
    answers: true,
    findings: [
      ...(operating.length > 0 ? [wrong("key", `it may not: ${operating.join(", ")}`, allow)] : []),
      ...(making.length > 0
        ? [note("key", `it may not: ${making.join(", ")}; \`pulumi up\` has to`, allow)]
        : []),
      ...unlooked.map(({ call, message }) =>
        unseen("key", `not looked at, since ${call} failed: ${message}`, "try again in a minute"),
      ),
      ...unreadable(calls).map((call) =>
        unseen("API", `${call}: the answer is not understood, so it was not checked`, newer),
      ),
      ...(refused.length + unlooked.length === 0
        ? [ok("key", "it may read all that a stack is made of, and stop and start instances")]
        : []),
    ],
  };
}

export function judgeZone(calls: Calls, zone: string): Finding[] {
  const found = broughtBy(calls, "list-zones", shapes.zones);
  if (found === undefined) return [];
  const names = found.zones.map(({ name }) => name);
  return names.includes(zone)
    ? [ok("zone", `${zone} is there`)]
    : [wrong("zone", `the cloud has no zone ${zone}`, `write one of ${names.join(", ")}`)];
}

export function judgeTemplates(stack: Stack, calls: Calls): Finding[] {
  const found = broughtBy(calls, "list-templates", shapes.templates);
  if (found === undefined) return [];
  const wanted = new Map(
    hostsOf(stack).map(({ image, system }) => [image ?? templates[system.name], system.name]),
  );
  return [...wanted].map(([name, system]) => {
    if (name === undefined)
      return wrong("template", `Exoscale has none of ${system}`, "write your own one as `image`");
    const isThere = found.templates.some((one) => one.name === name || one.id === name);
    return isThere
      ? ok("template", `${name} is there`)
      : note("template", `${name} is no public one`, "is it one of your own, in this zone?");
  });
}

/** What a stack needs of each kind that is limited. */
const needs = (stack: Stack, { hosts, addresses }: Snapshot): Readonly<Record<string, number>> => ({
  instance: hosts.filter(({ instance }) => instance === undefined).length,
  "elastic-ip": addresses.filter(({ id, ip }) => id === undefined && ip === undefined).length,
  // Groups and networks come with the first host.
  ...(hosts.every(({ instance }) => instance === undefined) && {
    "security-group": stack.appServers.length > 0 ? 3 : 2,
    "anti-affinity-group": 1,
    "private-network": privateNetworks(stack.networks).length,
  }),
});

export function judgeQuotas(stack: Stack, snapshot: Snapshot, calls: Calls): Finding[] {
  const found = broughtBy(calls, "list-quotas", shapes.quotas);
  if (found === undefined) return [];
  const short = Object.entries(needs(stack, snapshot)).flatMap(([resource, more]) => {
    const quota = found.quotas.find((one) => one.resource === resource);
    // A limit of −1 is none (OpenAPI document, `quota`).
    if (quota === undefined || quota.limit < 0 || quota.usage + more <= quota.limit) return [];
    const what = `${resource}: ${quota.usage} of ${quota.limit} are used, and ${more} more are needed`;
    return [wrong("quota", what, "ask Exoscale's support to raise it, or remove what is unused")];
  });
  return short.length > 0 ? short : [ok("quota", "there is room for what is still to be made")];
}

/** An address that the cloud moves by itself, by its own health check, is nobody's to keep. */
export function judgeAddresses({ addresses }: Snapshot, calls: Calls): Finding[] {
  const found = broughtBy(calls, "list-elastic-ips", shapes.elasticIps)?.["elastic-ips"] ?? [];
  return addresses.flatMap(({ ip }) => {
    const seen = found.find((one) => one.ip === ip);
    if (ip === undefined || seen === undefined) return [];
    return seen.healthcheck === undefined
      ? [ok(ip, "it is a manual elastic IP of this zone")]
      : [wrong(ip, "it has a health check, so the cloud moves it too", "reserve a manual one")];
  });
}
