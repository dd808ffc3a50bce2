/** Whether the cloud lets a request in: signature, key, expiry, policy, rate. */
import { type Cloud, serverClockMs, type Turn } from "./cloud.ts";
import { judged, serviceOf } from "./policy.ts";
import { type Credential, type Delivery, isMutation, type Request } from "./request.ts";
import type { Policy } from "./world.ts";

const refusal = (status: number, message: string): Delivery => ({
  kind: "answer",
  status,
  body: { message },
});

/** The answer to a request that is not let in; nothing when it is. */
export function refused(turn: Turn, request: Request, nowMs: number): Delivery | undefined {
  return (
    unsigned(turn.cloud, request, nowMs) ??
    forbidden(turn.cloud, request, nowMs) ??
    limited(turn, request, nowMs)
  );
}

/** The list of zones is for everybody: the official Python client asks for it unsigned. */
const isPublic = ({ credential, action }: Request): boolean =>
  credential.kind === "none" && action.call === "list-zones";

const keyOf = (credential: Credential): string =>
  credential.kind === "signed" ? credential.key : "";

function unsigned(cloud: Cloud, request: Request, nowMs: number): Delivery | undefined {
  const { credential } = request;
  const { authStatus } = cloud.settings;
  if (isPublic(request)) return undefined;
  if (credential.kind === "none") return refusal(authStatus, "Missing request signature");
  if (credential.kind === "bad") return refusal(authStatus, credential.why);
  const { key } = credential;
  if (cloud.keys[key] === undefined && cloud.world.apiKeys[key] === undefined)
    return refusal(authStatus, "Invalid API key");
  // A request that arrives after its signature's moment must die: the fence depends on it.
  if (credential.expiresS * 1000 < serverClockMs(cloud.settings, nowMs))
    return refusal(authStatus, "Request signature has expired");
  return undefined;
}

function forbidden(cloud: Cloud, request: Request, nowMs: number): Delivery | undefined {
  const { credential, action } = request;
  if (isPublic(request)) return undefined;
  const made = cloud.world.apiKeys[keyOf(credential)];
  if (made !== undefined) return byPolicy(cloud, made.role, request, nowMs);
  const key = cloud.keys[keyOf(credential)];
  const ip = "elasticIp" in action ? cloud.world.elasticIps[action.elasticIp]?.ip : undefined;
  const called = key?.allows === "all" || key?.allows.includes(action.call) === true;
  const ours =
    !isMutation(action) || key?.elasticIps === undefined || key.elasticIps.includes(ip ?? "");
  if (called && ours) return undefined;
  return refusal(403, "Forbidden by role policy for compute - No rule matched");
}

/** What a key may whose role is gone. */
const denied: Policy = { "default-service-strategy": "deny", services: {} };

/** The organisation's policy and the role's own must both allow it. */
function byPolicy(
  cloud: Cloud,
  role: string,
  request: Request,
  nowMs: number,
): Delivery | undefined {
  const { organizationPolicy } = cloud.settings;
  const own = cloud.world.iamRoles[role]?.policy ?? denied;
  const policies = { ...(organizationPolicy && { organization: organizationPolicy }), role: own };
  const nowS = Math.floor(serverClockMs(cloud.settings, nowMs) / 1000);
  for (const [whose, policy] of Object.entries(policies)) {
    const verdict = judged(policy, request, cloud.world, nowS);
    if (!verdict.allowed)
      return refusal(
        403,
        `Forbidden by ${whose} policy for ${serviceOf(request)} - ${verdict.why}`,
      );
  }
  return undefined;
}

function limited(turn: Turn, { credential }: Request, nowMs: number): Delivery | undefined {
  const { rateLimit } = turn.cloud.settings;
  const key = keyOf(credential);
  if (rateLimit === undefined || rateLimit.keys?.includes(key) === false) return undefined;
  const served = (turn.cloud.served[key] ?? []).filter((atMs) => atMs > nowMs - rateLimit.perMs);
  if (served.length >= rateLimit.calls)
    return {
      kind: "answer",
      status: 429,
      body: { message: "Too many requests" },
      retryAfterS: rateLimit.retryAfterS,
    };
  turn.cloud = {
    ...turn.cloud,
    served: { ...turn.cloud.served, [key]: [...served, nowMs] },
  };
  return undefined;
}
