/** Exoscale's API from a desk: the agent's own signed calls, with a key of the operator's. */
import type { z } from "zod";
import type { Moved, Trouble } from "../agent/cloud/cloud.ts";
import { type Api, type ApiResult, createApi } from "../agent/cloud/exoscale-call.ts";
import { apiEndpoint } from "../agent/cloud/exoscale-endpoint.ts";
import { WorldFailure } from "../stack/failure.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export const readMs = 10_000;

/** No instance has this id: a change of it changes nothing, and shows what the key may do. */
export const nobody = "00000000-0000-4000-8000-000000000000";

/** The clock that deadlines of the API's calls are on. */
export const nowMs = (): number => performance.now();

export type ExoscaleApi = Pick<Api, "get" | "put">;

const isPlain = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

/** @throws WorldFailure when the environment has no key, or what cannot be one */
export function exoscaleApi(zone: string, env: Env): ExoscaleApi {
  const { EXOSCALE_API_KEY: key = "", EXOSCALE_API_SECRET: secret = "" } = env;
  const missing = [
    ...(key === "" ? ["EXOSCALE_API_KEY"] : []),
    ...(secret === "" ? ["EXOSCALE_API_SECRET"] : []),
  ];
  if (missing.length > 0)
    throw new WorldFailure(
      `no credentials: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not set`,
      "export the key that `pulumi up` uses, or one that may read compute",
    );
  if (!isPlain(key + secret))
    throw new WorldFailure(
      "EXOSCALE_API_KEY or EXOSCALE_API_SECRET holds a space, a line end or a letter of no key",
      "copy it anew",
    );
  const { endpoint, warning } = apiEndpoint(zone, env.EXOSCALE_API_ENDPOINT);
  // Whoever names another endpoint does not mean the real cloud.
  if (warning !== undefined)
    throw new WorldFailure(
      warning.replace(/; using .*/, ""),
      "unset EXOSCALE_API_ENDPOINT, or write the URL of an API v2",
    );
  const api = createApi({ endpoint, key, secret, nowMs, wallMs: Date.now });
  const { host } = new URL(endpoint);
  const from = (result: ApiResult): ApiResult =>
    result.kind === "unreachable" ? { ...result, message: `${host}: ${result.message}` } : result;
  return {
    get: async (path, deadlineMs) => from(await api.get(path, deadlineMs)),
    put: async (path, body, deadlineMs) => from(await api.put(path, body, deadlineMs)),
  };
}

/** Reads and checks an answer. @throws WorldFailure with the API's own words */
export async function read<Value>(
  api: Pick<Api, "get">,
  path: string,
  shape: z.ZodType<Value>,
): Promise<Value> {
  const answer = await api.get(path, nowMs() + readMs);
  if (answer.kind !== "done") throw failed(`GET ${path}`, answer);
  return understood(path, answer.value, shape);
}

/** @throws WorldFailure where an answer has another shape */
export function understood<Value>(path: string, answer: unknown, shape: z.ZodType<Value>): Value {
  const value = shape.safeParse(answer);
  if (value.success) return value.data;
  throw new WorldFailure(
    `GET ${path}: the answer is not understood`,
    "is the endpoint Exoscale's API v2?",
  );
}

export function failed(call: string, trouble: Trouble | Extract<Moved, { kind: "pending" }>) {
  return new WorldFailure(`${call}: ${trouble.message}`, fixFor(trouble));
}

function fixFor(trouble: Trouble | Extract<Moved, { kind: "pending" }>): string {
  if (trouble.kind === "pending") return "look in the console what became of it";
  if (trouble.kind === "refused" && trouble.why === "auth")
    return "is EXOSCALE_API_KEY with its secret alive, and of this organisation?";
  if (trouble.kind === "refused" && trouble.why === "forbidden")
    return "the key's role must allow this call";
  if (trouble.kind === "refused" && trouble.why === "rate-limited") return "try again in a minute";
  return "is the API reachable from here? its state: https://exoscalestatus.com";
}
