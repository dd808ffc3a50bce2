/**
 * Exoscale's API v2 over HTTP, a stand-in for the real one: a face of the model that adds
 * signatures, JSON and real time, and breaks connections where the model says so. What it logs is
 * what tests may believe.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, ListenOptions } from "node:net";
import { WorldFailure } from "../../stack/failure.ts";
import type { CloudEvent, Key, Settings } from "../model/exoscale/cloud.ts";
import type { Action } from "../model/exoscale/request.ts";
import type { Seed, World } from "../model/exoscale/world.ts";
import type { CloudInput } from "../model/exoscale.ts";
import { createFace } from "./exoscale-face.ts";

export type Certificate = { readonly key: string; readonly cert: string };

/** One more place to be reached at: a port, or the path of a Unix socket. */
export type Entrance = {
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly tls?: Certificate;
};

export type EmulatorOptions = {
  readonly world: Omit<Seed, "apiEndpoint">;
  /** By key name; `node` is who uses the key, for faults that concern only some nodes. */
  readonly keys: Readonly<Record<string, { readonly secret: string; readonly node: string } & Key>>;
  readonly settings?: Partial<Omit<Settings, "epochMs">>;
  readonly random: () => number;
  readonly tls?: Certificate;
  /** Beside the port of its own on loopback. */
  readonly entrances?: readonly Entrance[];
  /** Where the cloud is kept; what is there already goes before `world`. */
  readonly stateFile?: string;
  /** Told of all that happens, in order, after it is on disk. */
  readonly onEvent?: (event: CloudEvent) => void;
  /** Told of each request of v2 that was answered or never will be, for whoever checks them. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** How long an idle connection is kept. */
  readonly keepAliveMs?: number;
  /** How many requests and events are remembered at least, and at most twice as many. */
  readonly rememberedMin?: number;
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

/** A request and its answer as they were on the wire. */
export type Exchange = Pick<LoggedRequest, "method" | "target" | "body" | "call"> & {
  /** Of the request's body. */
  readonly contentType: string | undefined;
  /** Absent where it was broken off on purpose, or never came. */
  readonly answer?: Sent;
};

export type Sent = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

export type Emulator = {
  readonly endpoint: string;
  /** The latest ones. */
  readonly requests: readonly LoggedRequest[];
  readonly events: readonly CloudEvent[];
  readonly input: (input: CloudInput) => void;
  readonly holders: (elasticIp: string) => readonly string[];
  /** All that exists now. */
  readonly world: () => World;
  readonly nowMs: () => number;
  readonly close: () => Promise<void>;
};

export async function startExoscale(options: EmulatorOptions): Promise<Emulator> {
  const connections = new Map<unknown, number>();
  let serve: RequestListener = () => undefined;
  const listener: RequestListener = (request, response) => serve(request, response);
  const open = async (at: ListenOptions, tls: Certificate | undefined) => {
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    server.keepAliveTimeout = options.keepAliveMs ?? 65_000;
    // A socket that a crashed run left would only be in the way.
    if (at.path !== undefined) rmSync(at.path, { force: true });
    server.listen(at);
    await once(server, "listening").catch((error) => {
      const where = at.path ?? `${at.host}:${at.port}`;
      throw new WorldFailure(
        `the lab's cloud cannot listen at ${where}: ${error.message}`,
        "see what is there already (`ss -ltnp` tells), and end it",
      );
    });
    return server;
  };
  const own = await open({ host: "127.0.0.1", port: 0 }, options.tls);
  const servers = [own];
  const shut = async (): Promise<void> => {
    await Promise.all(
      servers.map(async (server) => {
        server.close();
        server.closeAllConnections();
        await once(server, "close");
      }),
    );
  };
  for (const { at, tls } of options.entrances ?? [])
    servers.push(
      await open(at, tls).catch(async (error) => {
        await shut();
        throw error;
      }),
    );
  const { port } = own.address() as AddressInfo;
  const endpoint = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}/v2`;
  const { take, stop, ...face } = createFace(options, endpoint);
  serve = (request, response) => {
    const connection = connections.get(request.socket) ?? connections.size + 1;
    connections.set(request.socket, connection);
    take(request, response, connection).catch(() => response.destroy());
  };
  return {
    ...face,
    endpoint,
    close: async () => {
      stop();
      await shut();
    },
  };
}
