/** The page's server: one model, told to all who look, and orders of those who may give them. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Asset, assetsOf } from "./assets.ts";
import { headers, isLocal } from "./guard.ts";
import type { Facts, Untimed } from "./message.ts";
import { apply, emptyModel, type Model } from "./model.ts";
import { obey } from "./orders.ts";

export type Page = {
  /** With the key that lets whoever opens it press buttons. */
  readonly url: string;
  readonly model: Model;
  readonly tell: (message: Untimed, at?: number) => void;
  readonly close: () => Promise<void>;
};

export type PageOptions = {
  readonly facts: Facts;
  /** Carries out words of a button; what it throws is shown. */
  readonly order: (words: readonly string[]) => Promise<string | undefined>;
  /** Tried first, so that a bookmark works; any free port otherwise. */
  readonly port?: number;
};

const usualPort = 4280;
const viewersMax = 50;
/** A viewer that reads slower than this is let go, and gets all anew when it comes back. */
const unreadMax = 4_000_000;

export async function servePage({ facts, order, port }: PageOptions): Promise<Page> {
  const model = emptyModel(facts, Date.now());
  const key = randomBytes(24).toString("base64url");
  const viewers = new Set<ServerResponse>();
  const around = {
    assets: await assetsOf(),
    look: (response: ServerResponse): void => {
      if (viewers.size >= viewersMax) {
        answer(response, 503, "too many look already");
        return;
      }
      viewers.add(response);
      response.on("close", () => viewers.delete(response));
      response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
      send(response, "model", { now: Date.now(), model });
    },
    obey: (request: IncomingMessage) => obey(request, { facts, key, order }),
  };
  const server = createServer((request, response) => serve(request, response, around));
  const own = await listen(server, port ?? usualPort);
  return {
    url: `http://127.0.0.1:${own}/#${key}`,
    model,
    tell: (untimed, at = Date.now()) => {
      const message = { ...untimed, at };
      apply(model, message);
      for (const viewer of viewers) send(viewer, "message", message);
    },
    close: async () => {
      for (const viewer of viewers) viewer.end("event: end\ndata: {}\n\n");
      const closed = once(server, "close");
      server.close();
      // What was written last is out before the connections are cut.
      setImmediate(() => server.closeAllConnections());
      await closed;
    },
  };
}

type Around = {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly look: (response: ServerResponse) => void;
  readonly obey: (request: IncomingMessage) => ReturnType<typeof obey>;
};

function serve(request: IncomingMessage, response: ServerResponse, around: Around): void {
  const path = request.url?.split("?")[0] ?? "";
  const asset = around.assets.get(path);
  if (!isLocal(request)) answer(response, 421, "this page is at 127.0.0.1 alone");
  else if (request.method === "POST" && path === "/order")
    around.obey(request).then(
      ({ status, text }) => answer(response, status, text),
      () => response.destroy(),
    );
  else if (request.method !== "GET") answer(response, 405, "no such method here");
  else if (path === "/events") around.look(response);
  else if (asset === undefined) answer(response, 404, "no such page here");
  else response.writeHead(200, { ...headers, "content-type": asset.type }).end(asset.body);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, "content-type": "application/json" });
  response.end(JSON.stringify({ text }));
}

function send(viewer: ServerResponse, event: string, data: unknown): void {
  if (viewer.writableLength > unreadMax) viewer.destroy();
  else viewer.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Loopback alone; another port where the wanted one is taken. */
async function listen(server: Server, wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    server.listen({ host: "127.0.0.1", port });
    const trouble = await once(server, "listening").then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    if (trouble === undefined) break;
    if (port === 0 || trouble.code !== "EADDRINUSE") throw trouble;
  }
  return (server.address() as AddressInfo).port;
}
