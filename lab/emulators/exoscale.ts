/**
 * Exoscale's API v2 over HTTP on loopback: a face of the model that adds signatures, JSON and real
 * time, and breaks connections where the model says so. What it logs is what tests may believe.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { CloudEvent, Key, Settings } from "../model/exoscale/cloud.ts";
import type { Action, Answer } from "../model/exoscale/request.ts";
import type { Seed } from "../model/exoscale/world.ts";
import { type CloudInput, createCloud, holdersOf, nextDueMs, step } from "../model/exoscale.ts";
import { actionOf } from "./exoscale-routes.ts";
import { credentialOf } from "./exoscale-signature.ts";

export type EmulatorOptions = {
  readonly world: Omit<Seed, "apiEndpoint">;
  /** By key name; `node` is who uses the key, for faults that concern only some nodes. */
  readonly keys: Readonly<Record<string, { readonly secret: string; readonly node: string } & Key>>;
  readonly settings?: Partial<Settings>;
  readonly random: () => number;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How long an idle connection is kept. */
  readonly keepAliveMs?: number;
};

export type LoggedRequest = {
  readonly atMs: number;
  readonly from: string;
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly call: Action["call"] | undefined;
  /** Number of the connection that it came over, from 1. */
  readonly connection: number;
  /** Of the signature, in the server's Unix seconds. */
  readonly expiresS: number | undefined;
};

export type Emulator = {
  readonly endpoint: string;
  readonly requests: readonly LoggedRequest[];
  readonly events: readonly CloudEvent[];
  readonly input: (input: CloudInput) => void;
  readonly holders: (elasticIp: string) => readonly string[];
  readonly nowMs: () => number;
  readonly close: () => Promise<void>;
};

export async function startExoscale(options: EmulatorOptions): Promise<Emulator> {
  const connections = new Map<unknown, number>();
  let serve: RequestListener = () => undefined;
  const listener: RequestListener = (request, response) => serve(request, response);
  const server =
    options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.keepAliveTimeout = options.keepAliveMs ?? 65_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const endpoint = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}/v2`;
  const face = createFace(options, endpoint);
  serve = (request, response) => {
    const connection = connections.get(request.socket) ?? connections.size + 1;
    connections.set(request.socket, connection);
    face.take(request, response, connection).catch(() => response.destroy());
  };
  return {
    endpoint,
    requests: face.requests,
    events: face.events,
    input: face.input,
    holders: face.holders,
    nowMs: face.nowMs,
    close: async () => {
      face.stop();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

type Face = Omit<Emulator, "endpoint" | "close"> & {
  readonly take: (
    request: IncomingMessage,
    response: ServerResponse,
    connection: number,
  ) => Promise<void>;
  readonly stop: () => void;
};

/** The model in real time: one timer, set to what is due next. */
function createFace(options: EmulatorOptions, apiEndpoint: string): Face {
  const startedMs = performance.now();
  const nowMs = (): number => performance.now() - startedMs;
  const settings = { epochMs: Date.now(), ...options.settings };
  let cloud = createCloud({ ...options.world, apiEndpoint }, options.keys, settings);
  const events: CloudEvent[] = [];
  const requests: LoggedRequest[] = [];
  const waiting = new Map<string, ServerResponse>();
  let timer: NodeJS.Timeout | undefined;

  const input = (given: CloudInput): void => {
    const made = step(cloud, given, nowMs(), options.random);
    cloud = made.cloud;
    events.push(...made.events);
    for (const answer of made.answers) {
      const response = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (response !== undefined) deliver(response, answer);
    }
    clearTimeout(timer);
    const dueMs = nextDueMs(cloud);
    if (dueMs !== undefined)
      timer = setTimeout(() => input({ kind: "wake" }), Math.max(0, Math.ceil(dueMs - nowMs())));
  };

  const take: Face["take"] = async (request, response, connection) => {
    const { method = "", url: target = "" } = request;
    const body = await text(request);
    const { authorization } = request.headers;
    const credential = credentialOf(
      { method, target, body, authorization },
      (key) => options.keys[key]?.secret,
    );
    const from =
      credential.kind === "signed" ? (options.keys[credential.key]?.node ?? "") : "unknown";
    const action = actionOf(method, new URL(target, apiEndpoint), body);
    const call = typeof action === "number" ? undefined : action.call;
    const expiresS = credential.kind === "signed" ? credential.expiresS : undefined;
    requests.push({ atMs: nowMs(), from, method, target, body, call, connection, expiresS });
    if (typeof action === "number") {
      sendJson(response, action, { message: action === 404 ? "Not found" : "Bad request" });
      return;
    }
    const id = String(requests.length);
    waiting.set(id, response);
    response.on("close", () => waiting.delete(id));
    input({ kind: "request", request: { id, from, credential, action } });
  };

  return {
    requests,
    events,
    input,
    take,
    nowMs,
    holders: (elasticIp) => {
      input({ kind: "wake" });
      return holdersOf(cloud, elasticIp);
    },
    stop: () => clearTimeout(timer),
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function deliver(response: ServerResponse, { dateMs, delivery }: Answer): void {
  response.sendDate = false;
  response.setHeader("date", new Date(dateMs).toUTCString());
  switch (delivery.kind) {
    case "unreachable":
      response.destroy();
      return;
    case "malformed":
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"instances": [{"id": ');
      return;
    case "cut": {
      const body = JSON.stringify(delivery.body);
      response.writeHead(delivery.status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      });
      response.write(body.slice(0, body.length / 2), () => response.destroy());
      return;
    }
    case "answer":
      if (delivery.retryAfterS !== undefined)
        response.setHeader("retry-after", String(delivery.retryAfterS));
      sendJson(response, delivery.status, delivery.body);
  }
}
