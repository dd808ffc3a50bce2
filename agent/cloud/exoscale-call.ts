/**
 * One signed call to Exoscale's API v2: the signature's moment by the server's own clock, and each
 * way in which the call can end as one of the seam's outcomes.
 */
import type { Trouble } from "./cloud.ts";
import { authorization } from "./exoscale-sign.ts";
import { createHttp, type HttpAnswer, type HttpResult } from "./http.ts";

export type ApiOptions = {
  /** The base with `/v2`. */
  readonly endpoint: string;
  readonly key: string;
  readonly secret: string;
  /** Certificates to trust instead of Node's own list, in PEM. */
  readonly ca?: string;
  /** The monotonic clock, and the wall clock, which may be wrong. */
  readonly nowMs: () => number;
  readonly wallMs: () => number;
};

export type ApiResult = { readonly kind: "done"; readonly value: unknown } | Trouble;

export type Api = {
  readonly get: (path: string, deadlineMs: number) => Promise<ApiResult>;
  readonly put: (path: string, body: unknown, deadlineMs: number) => Promise<ApiResult>;
  readonly drop: () => void;
  /** Server's clock less monotonic clock, cut to the second, as the last answer told. */
  readonly serverAheadMs: () => number | undefined;
  readonly clockAheadMs: () => number | undefined;
};

/** A read signed early must pass a clock that is a little wrong: as long as other clients take. */
const readLifeS = 600;
/** A change must die soon after it was given up. */
const fenceS = 5;
/** A refusal at such a clock error is worth another try with the right clock. */
const clockErrorMs = 30_000;
const retryAfterMsDefault = 1000;

/** Signed calls of one API. Messages hold neither key nor secret, whatever the server says. */
export function createApi({ endpoint, key, secret, ca, nowMs, wallMs }: ApiOptions): Api {
  const http = createHttp({ base: endpoint, nowMs, ...(ca === undefined ? {} : { ca }) });
  const base = new URL(endpoint).pathname.replace(/\/$/, "");
  /** Server's clock less monotonic clock, so a wall clock that jumps changes nothing. */
  let serverMs: number | undefined;
  const clock = (): number => nowMs() + (serverMs ?? wallMs() - nowMs());
  const redacted = (text: string): string => text.split(key).join("…").split(secret).join("…");

  const send = async (
    method: string,
    path: string,
    body: string | undefined,
    /** Undefined for the one call that is public. */
    expiresS: number | undefined,
    deadlineMs: number,
  ): Promise<HttpResult> => {
    const timeoutMs = deadlineMs - nowMs();
    if (timeoutMs <= 0) return { kind: "unreachable", message: "no time left" };
    const payload = body === undefined ? {} : { body };
    const signed = { method, path: base + path, ...payload };
    const headers = {
      Accept: "application/json",
      ...(expiresS === undefined
        ? {}
        : { Authorization: authorization(key, secret, { ...signed, expiresS }) }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    };
    const result = await http.call({ ...signed, headers, timeoutMs });
    // The header is cut to the second, so this is never ahead of the server: a signature's moment
    // may pass up to a second early, and never late.
    if (result.kind === "answer" && result.answer.dateMs !== undefined)
      serverMs = result.answer.dateMs - nowMs();
    return result;
  };

  const get = async (path: string, deadlineMs: number): Promise<ApiResult> => {
    for (const last of [false, true]) {
      const believedMs = clock();
      const expiresS = Math.ceil(believedMs / 1000) + readLifeS;
      const began = nowMs();
      const result = await send("GET", path, undefined, expiresS, deadlineMs);
      const errorMs = clock() - believedMs - (nowMs() - began);
      const outcome = outcomeOf(result, undefined, nowMs(), redacted);
      const refused = outcome.kind === "refused" && outcome.why === "auth";
      if (last || !refused || Math.abs(errorMs) < clockErrorMs) return outcome;
    }
    return { kind: "unreachable", message: "no answer" };
  };

  return {
    get,
    async put(path, body, deadlineMs) {
      // Without the server's clock the fence would stand at a moment that nobody knows.
      if (serverMs === undefined) {
        const told = await send("GET", "/zone", undefined, undefined, deadlineMs);
        if (told.kind !== "answer") return { kind: "unreachable", message: told.message };
      }
      const expiresS = Math.floor((clock() + deadlineMs - nowMs()) / 1000) + fenceS;
      // The server's clock may be a second ahead of what we believe, never behind.
      const fencedMs = nowMs() + expiresS * 1000 - clock();
      const text = JSON.stringify(body);
      const result = await send("PUT", path, text, expiresS, deadlineMs);
      return outcomeOf(result, fencedMs, nowMs(), redacted);
    },
    drop: http.drop,
    serverAheadMs: () => serverMs,
    clockAheadMs: () => (serverMs === undefined ? undefined : wallMs() - clock()),
  };
}

/** `fencedMs` is there for a change only: a read without an answer was no read. */
function outcomeOf(
  result: HttpResult,
  fencedMs: number | undefined,
  nowMs: number,
  redacted: (text: string) => string,
): ApiResult {
  if (result.kind === "unreachable") return result;
  if (result.kind === "lost") return unknown(result.message, fencedMs);
  const { answer } = result;
  const value = parsed(answer.text);
  const said = redacted(`HTTP ${answer.status}${messageIn(value)}`);
  // An answer means that the cloud is done with the request, so nothing is left to fence.
  const fence = fencedMs === undefined ? undefined : nowMs;
  if (answer.status >= 500 || answer.status === 408)
    return unknown(said, fence, answer.retryAfterMs);
  if (answer.status >= 300) return refusal(answer, said);
  return value === undefined ? unknown(`${said}, not JSON`, fence) : { kind: "done", value };
}

function unknown(message: string, fencedMs: number | undefined, retryAfterMs?: number): Trouble {
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  return fencedMs === undefined
    ? { kind: "unreachable", message, ...after }
    : { kind: "timeout-unknown", fencedMs, message, ...after };
}

function refusal(
  { status, retryAfterMs = retryAfterMsDefault }: HttpAnswer,
  message: string,
): Trouble {
  if (status === 429) return { kind: "refused", why: "rate-limited", retryAfterMs, message };
  // The API answers 403 to a policy's refusal, naming the policy; what it answers to a bad
  // signature is not documented, so any other 403 counts as one.
  const denied = status === 403 && /polic/i.test(message);
  if (status === 401 || (status === 403 && !denied))
    return { kind: "refused", why: "auth", message };
  if (denied) return { kind: "refused", why: "forbidden", message };
  if (status === 404) return { kind: "refused", why: "not-found", message };
  const conflict = status === 409 || status === 412 || status === 423;
  return { kind: "refused", why: conflict ? "conflict" : "invalid", message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error's own words: `message`, `error`, or the fields of RFC 9457. */
function messageIn(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const fields = new Map<string, unknown>(Object.entries(value));
  const said = ["message", "error", "detail", "title"].map((name) => fields.get(name));
  const first = said.find((one) => typeof one === "string");
  return typeof first === "string" ? `: ${first.slice(0, 200)}` : "";
}
