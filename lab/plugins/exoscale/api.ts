/** The documented, signed API, as the provider's own clients speak it. */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type Fields, fieldsOf, objectsOf, textOf } from "./values.ts";

export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(`${message} (HTTP ${status})`);
    this.status = status;
  }
}

export type ApiOptions = {
  /** The base, with `/v2`. */
  readonly endpoint: string;
  readonly key: string;
  readonly secret: string;
  /** Between two looks at an operation; the provider's clients wait 3 s. */
  readonly pollMs: number;
};

export type Api = {
  readonly get: (path: string) => Promise<Fields>;
  /** Undefined where there is no such object. */
  readonly find: (path: string) => Promise<Fields | undefined>;
  /** A call whose answer is the thing itself. */
  readonly call: (method: string, path: string, body?: Fields) => Promise<Fields>;
  /** A call whose answer is an operation; gives the id of what it refers to, once it has ended. */
  readonly operate: (method: string, path: string, body?: Fields) => Promise<string>;
  /** The same API at the zone's own base, found as the newer of the two clients finds it. */
  readonly inZone: (zone: string) => Promise<Api>;
};

/** Source: hashicorp's go-retryablehttp, which both clients use: four more tries, ever slower. */
const retries = 4;

export function createApi(options: ApiOptions): Api {
  const call: Api["call"] = async (method, path, body) => {
    for (let tried = 0; ; tried += 1) {
      const { status, answer, retryAfterS } = await sent(options, method, path, body);
      if (status === 200) return answer;
      const passing = status === 429 || (status >= 500 && status !== 501);
      if (!passing || tried === retries)
        throw new ApiError(
          status,
          textOf(answer.message) || textOf(answer.error) || "no reason told",
        );
      await pause((retryAfterS ?? 2 ** tried) * 1000);
    }
  };
  const get = (path: string): Promise<Fields> => call("GET", path);
  return {
    get,
    call,
    find: (path) => get(path).catch(absent),
    async operate(method, path, body) {
      const operation = await call(method, path, body);
      return await ended(operation, get, options.pollMs);
    },
    async inZone(zone) {
      const { zones } = await get("/zone");
      const found = objectsOf(zones).find(({ name }) => name === zone);
      if (found === undefined) throw new Error(`there is no zone ${zone}`);
      return createApi({ ...options, endpoint: textOf(found["api-endpoint"]) });
    },
  };
}

/** 404 becomes nothing. */
export function absent(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

async function ended(begun: Fields, get: Api["get"], pollMs: number): Promise<string> {
  let operation = begun;
  while (operation.state === "pending") {
    await pause(pollMs);
    operation = await get(`/operation/${textOf(operation.id)}`);
  }
  if (operation.state === "success") return textOf(fieldsOf(operation.reference).id);
  const { state, reason, message } = operation;
  throw new Error(`the operation ended in ${state}: ${reason ?? "no reason"}, ${message ?? ""}`);
}

type Sent = {
  readonly status: number;
  readonly answer: Fields;
  readonly retryAfterS?: number;
};

async function sent(
  options: ApiOptions,
  method: string,
  path: string,
  body: Fields | undefined,
): Promise<Sent> {
  const url = new URL(options.endpoint + path);
  const text = body === undefined ? "" : JSON.stringify(body);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: authorization(options, method, url, text),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: text }),
    });
    const answer = fieldsOf(await response.json().catch(() => ({})));
    const after = Number(response.headers.get("retry-after") ?? Number.NaN);
    const { status } = response;
    return { status, answer, ...(Number.isFinite(after) && { retryAfterS: after }) };
  } catch (error) {
    // What kept the request from being sent is a passing fault too, and is told when it is not.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { status: 599, answer: { message: `${url.host} cannot be reached: ${cause}` } };
  }
}

/** EXO2-HMAC-SHA256, from the API's description of signatures. */
function authorization(
  { key, secret }: ApiOptions,
  method: string,
  url: URL,
  body: string,
): string {
  const names = [...new Set(url.searchParams.keys())]
    .filter((name) => url.searchParams.getAll(name).length === 1)
    .sort();
  const expires = Math.floor(Date.now() / 1000) + 600;
  const values = names.map((name) => url.searchParams.get(name)).join("");
  const message = [`${method} ${url.pathname}`, body, values, "", expires].join("\n");
  const signature = createHmac("sha256", secret).update(message).digest("base64");
  const signed = names.length > 0 ? `,signed-query-args=${names.join(";")}` : "";
  return `EXO2-HMAC-SHA256 credential=${key}${signed},expires=${expires},signature=${signature}`;
}
