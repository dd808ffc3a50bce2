/**
 * One HTTP call with a deadline, over connections that are kept alive. Each way in which a call
 * can end is told apart by one question: can the server have received it?
 *
 * No message here holds a header or a body, so no secret can get into a log through one.
 */

import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from "http";
import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from "http";
import { Agent as HttpsAgent, request as httpsRequest } from "https";
import { createSecureContext } from "tls";

export type HttpRequest = {
  readonly method: string;
  /** Percent-encoded, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For this attempt; the socket is destroyed after it. */
  readonly timeoutMs: number;
};

export type HttpResult =
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  /** The server cannot have received the request. */
  | { readonly kind: "unreachable"; readonly message: string }
  /** It may have. */
  | { readonly kind: "lost"; readonly message: string };

export type HttpAnswer = {
  readonly status: number;
  readonly text: string;
  /** The server's clock, in Unix milliseconds, as of the second. */
  readonly dateMs?: number;
  readonly retryAfterMs?: number;
};

export type Http = {
  readonly call: (request: HttpRequest) => Promise<HttpResult>;
  /** Destroys the sockets of all calls under way, and the idle ones. */
  readonly drop: () => void;
};

export type HttpOptions = {
  /** Scheme, host and port; only these are used. */
  readonly base: string;
  /** Certificates to trust instead of Node's own list, in PEM. */
  readonly ca?: string;
  readonly bodyBytesMax?: number;
  /** The monotonic clock. */
  readonly nowMs: () => number;
};

type Settle = (result: HttpResult) => void;

const retryAfterMsMax = 3_600_000;

/** Codes of a connection that the other end had closed. */
const broke: ReadonlySet<string | undefined> = new Set(["ECONNRESET", "EPIPE"]);

/** A client of one server; its calls never reject. Without a `ca`, Node's own list is trusted. */
export function createHttp({ base, ca, bodyBytesMax = 8 << 20, nowMs }: HttpOptions): Http {
  const url = new URL(base);
  const secure = url.protocol === "https:";
  // Reading a whole trust store costs milliseconds and memory, so it is done once.
  const trust = secure && ca !== undefined ? { secureContext: createSecureContext({ ca }) } : {};
  // No bound on sockets: a request that waits for one could leave after its deadline.
  const pool = { keepAlive: true, maxFreeSockets: 8 };
  const newAgent = () => (secure ? new HttpsAgent({ ...pool, ...trust }) : new HttpAgent(pool));
  let agent = newAgent();
  const underWay = new Set<ClientRequest>();

  const once = (request: HttpRequest, timeoutMs: number): Promise<Attempt> =>
    new Promise((resolve) => {
      const options: RequestOptions = {
        agent,
        method: request.method,
        // An IPv6 address stands in brackets in a URL only.
        hostname: url.hostname.replace(/^\[|\]$/g, ""),
        port: url.port,
        path: request.path,
        headers:
          request.body === undefined
            ? request.headers
            : { ...request.headers, "Content-Length": String(Buffer.byteLength(request.body)) },
      };
      let sent: ClientRequest;
      try {
        sent = (secure ? httpsRequest : httpRequest)(options);
      } catch (error) {
        // A path or header with a character that HTTP cannot carry; the message could quote it.
        const { code = "it cannot be sent" } = error as NodeJS.ErrnoException;
        resolve({ result: { kind: "unreachable", message: code }, stale: false });
        return;
      }
      underWay.add(sent);
      const stop = begin(sent, timeoutMs, bodyBytesMax, (attempt) => {
        stop();
        underWay.delete(sent);
        resolve(attempt);
      });
      sent.end(request.body);
    });

  return {
    async call(request) {
      const deadlineMs = nowMs() + request.timeoutMs;
      const first = await once(request, request.timeoutMs);
      if (!first.stale) return first.result;
      // The server had closed the idle connection while the request was on its way. The same
      // bytes go out once more at once; their signature's moment is the same.
      const leftMs = deadlineMs - nowMs();
      return leftMs <= 0 ? first.result : (await once(request, leftMs)).result;
    },
    drop() {
      for (const sent of underWay) sent.destroy(new Error("dropped"));
      agent.destroy();
      agent = newAgent();
    },
  };
}

/** `stale`: a kept connection broke before the first byte of an answer. */
type Attempt = { readonly result: HttpResult; readonly stale: boolean };

/** Follows one request to its end; what it gives back ends its timer. */
function begin(
  sent: ClientRequest,
  timeoutMs: number,
  bodyBytesMax: number,
  settle: (attempt: Attempt) => void,
): () => void {
  let connected = false;
  let answered = false;
  let ended = false;
  const finish = (result: HttpResult, stale = false): void => {
    if (ended) return;
    ended = true;
    settle({ result, stale });
  };
  const fail = (message: string, stale = false): void =>
    finish({ kind: connected ? "lost" : "unreachable", message }, stale);

  const timer = setTimeout(() => {
    fail(`no answer within ${Math.round(timeoutMs)} ms`);
    sent.destroy();
  }, timeoutMs);
  sent.on("socket", (socket) => {
    // Over TLS, nothing of the request leaves before the handshake is done.
    const event = "encrypted" in socket ? "secureConnect" : "connect";
    if (sent.reusedSocket) connected = true;
    else
      socket.once(event, () => {
        connected = true;
      });
  });
  sent.on("error", (error: NodeJS.ErrnoException) =>
    fail(error.code ?? error.message, sent.reusedSocket && !answered && broke.has(error.code)),
  );
  sent.on("response", (response) => {
    answered = true;
    collect(response, bodyBytesMax, (result) => {
      finish(result);
      if (result.kind !== "answer") sent.destroy();
    });
  });
  return () => clearTimeout(timer);
}

/** Reads the body to its end, or to the bound. */
function collect(response: IncomingMessage, bytesMax: number, settle: Settle): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.on("data", (part: Buffer) => {
    bytes += part.length;
    parts.push(part);
    if (bytes > bytesMax) settle({ kind: "lost", message: `answer over ${bytesMax} bytes` });
  });
  response.on("aborted", () => settle({ kind: "lost", message: "answer cut short" }));
  response.on("error", () => settle({ kind: "lost", message: "answer cut short" }));
  response.on("end", () => {
    if (!response.complete) {
      settle({ kind: "lost", message: "answer cut short" });
      return;
    }
    const text = Buffer.concat(parts).toString("utf8");
    const status = response.statusCode ?? 0;
    settle({ kind: "answer", answer: { status, text, ...times(response.headers) } });
  });
}

function times(headers: IncomingHttpHeaders): Pick<HttpAnswer, "dateMs" | "retryAfterMs"> {
  const dateMs = Date.parse(headers.date ?? "");
  const after = headers["retry-after"] ?? "";
  const waitMs = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - dateMs;
  return {
    ...(Number.isNaN(dateMs) ? {} : { dateMs }),
    ...(Number.isNaN(waitMs)
      ? {}
      : { retryAfterMs: Math.min(Math.max(waitMs, 0), retryAfterMsMax) }),
  };
}
