/** From a stack and one of its hosts to the text that the cloud passes on to it. */
import type { Finding } from "../stack/diagnostic.ts";
import { messages } from "../stack/messages.ts";
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
  | { readonly ok: true; readonly userData: UserData; readonly warnings: readonly Finding[] }
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
    return { ok: true, userData: { host: host.name, plan, text, size }, warnings: bites(plan) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, findings: [toFinding(error)] };
    throw error;
  }
}

/** What a plan shows that will bite later. */
const bites = ({ files }: HostPlan): Finding[] =>
  files.some(({ secret }) => secret)
    ? [{ severity: "warning", path: [], ...messages.credentialInside() }]
    : [];
