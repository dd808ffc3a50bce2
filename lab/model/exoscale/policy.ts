/**
 * What a role's policy says of a request. Source: Exoscale's IAM policy guide: rules in order, the
 * first that is true decides, one that cannot be evaluated is passed over, and none is a refusal.
 */
import { elasticIpBody } from "./body.ts";
import { evaluate } from "./cel/evaluate.ts";
import { CelError } from "./cel/tokens.ts";
import type { Action, Json, Request } from "./request.ts";
import type { Policy, World } from "./world.ts";

export type Verdict = { readonly allowed: boolean; readonly why: string };

/** Roles and keys are a service of their own, and so is the older API; all else is `compute`. */
export function serviceOf({
  action: { call },
  legacy,
}: Pick<Request, "action" | "legacy">): string {
  if (legacy !== undefined) return "compute-legacy";
  return /-(iam-role|iam-roles|iam-role-policy|api-key|api-keys)$/.test(call) ? "iam" : "compute";
}

export function judged(policy: Policy, request: Request, world: World, nowS: number): Verdict {
  const service = serviceOf(request);
  const rules = policy.services[service];
  const strategy = rules?.type ?? policy["default-service-strategy"];
  if (strategy !== "rules") return { allowed: strategy === "allow", why: "Service is denied" };
  const variables = variablesOf(request, world, service, nowS);
  for (const { action, expression = "" } of rules?.rules ?? [])
    if (isTrue(expression, variables))
      return { allowed: action === "allow", why: "Denied by rule" };
  return { allowed: false, why: "No rule matched" };
}

function isTrue(expression: string, variables: Json): boolean {
  try {
    return evaluate(expression, variables) === true;
  } catch (error) {
    // A rule that cannot be evaluated is no rule; our own bugs are not hidden by this.
    if (error instanceof CelError || error instanceof SyntaxError) return false;
    throw error;
  }
}

const variablesOf = (request: Request, world: World, service: string, nowS: number): Json => ({
  operation: request.legacy ?? request.action.call,
  service,
  zone: world.zone,
  now: nowS,
  ...(request.sourceIp !== undefined && { source_ip: request.sourceIp }),
  ...(request.credential.kind === "signed" && { api_key: request.credential.key }),
  parameters: underscored(request.parameters ?? {}),
  resources: resourcesOf(request.action, world),
});

/**
 * The object of the call. Only `ip` is attested by policies that are known to work: one that leans
 * on more is refused here, where the real cloud might let it pass.
 */
function resourcesOf(action: Action, world: World): Json {
  const id = "elasticIp" in action ? action.elasticIp : undefined;
  const address =
    action.call === "get-elastic-ip" ? world.elasticIps[action.id] : world.elasticIps[id ?? ""];
  return address === undefined ? {} : { elastic_ip: { ip: elasticIpBody(address).ip } };
}

const underscored = (fields: Json): Json =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.replaceAll("-", "_"), value]),
  );
