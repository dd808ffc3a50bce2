/** From a stack and one of its hosts to the text that the cloud passes on to it. */
import type { Finding } from "../stack/diagnostic.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { planHost } from "./host.ts";
import type { Sources } from "./inputs.ts";
import type { HostPlan } from "./plan.ts";
import { Refusal, toFinding } from "./refusal.ts";
import { renderPlan } from "./render/render.ts";
import { measure, refuseOversize, type Size } from "./size.ts";

export type UserData = {
  readonly host: string;
  readonly plan: HostPlan;
  readonly text: string;
  readonly size: Size;
};

export type Made =
  | { readonly ok: true; readonly userData: UserData }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Makes a host's user-data, or says everything that stands in the way. */
export function makeUserData(stack: Stack, host: Host, sources: Sources): Made {
  const planned = planHost(stack, host, sources);
  if (!planned.ok) return planned;
  const { plan } = planned;
  try {
    const text = renderPlan(plan);
    const size = measure(stack.cloud.provider, plan, text);
    refuseOversize(plan, size);
    return { ok: true, userData: { host: host.name, plan, text, size } };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, findings: [toFinding(error)] };
    throw error;
  }
}

/** Whether whoever may read a host's user-data in the cloud's API has credentials with it. */
export const holdsCredentials = ({ plan: { files } }: UserData): boolean =>
  files.some(({ secret }) => secret);
