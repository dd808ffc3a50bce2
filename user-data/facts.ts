/**
 * Facts: what only the cloud knows, in the shape of `pulumi stack output --json`. There is no place
 * in this type for what exists only after another load balancer was made, such as its address or
 * its id: so no host's user-data can depend on one.
 */
import { z } from "zod";
import { parseAddress } from "../stack/ip.ts";

const id = z.string().min(1).max(255);
const masked = "[secret]";

const unmask = "this secret is masked: use `pulumi stack output --json --show-secrets`";

const secretText = z.string().refine((text) => text !== masked, { error: unmask });

/** Pulumi masks the whole output where it is a secret as a whole. */
const secretTexts = z.record(z.string(), secretText, {
  error: ({ input }) => (input === masked ? unmask : undefined),
});

const facts = z.object({
  /** Addresses by their name in the stack file. */
  addresses: z
    .record(
      z.string(),
      z.object({
        id: id.optional(),
        ip: z
          .string()
          .refine((text) => parseAddress(text) !== undefined, { error: "this is not an address" })
          .optional(),
      }),
    )
    .default({}),
  /** Security group of the load balancers, from which heartbeat peers are learnt. */
  securityGroup: z.object({ id }).optional(),
  /** Credentials of the agent, by the names that the cloud gives them. */
  agentCredentials: secretTexts.optional(),
  /** Values of `${pulumi:NAME}`. */
  secrets: secretTexts.default({}),
});

export type Facts = z.output<typeof facts>;

export const noFacts: Facts = { addresses: {}, secrets: {} };

export type ParsedFacts =
  | { readonly ok: true; readonly facts: Facts }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads facts; what a program outputs besides is left alone. */
export function parseFacts(text: string): ParsedFacts {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return {
      ok: false,
      problems: ["the facts are not JSON; `pulumi stack output --json` prints them"],
    };
  }
  const parsed = facts.safeParse(data);
  if (parsed.success) return { ok: true, facts: parsed.data };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "facts"}: ${message}`,
  );
  return { ok: false, problems };
}
