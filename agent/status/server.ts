/**
 * Serves the status on a unix socket, where commands are taken too, and over HTTP where that is
 * asked for, where only reading is allowed. Failing to listen never ends the agent.
 */
import { chmod, lstatSync, unlinkSync } from "fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "http";
import { connect } from "net";
import { dirname } from "path";
import { makeFolderOf } from "../host/files.ts";
import { proof, type Status } from "./status.ts";

export type ServerParts = {
  readonly socket: string;
  /** `host:port` for reading. */
  readonly listen?: string;
  /** Undefined until this node knows who it is. */
  readonly status: () => Status | undefined;
  readonly metrics: () => string;
  /** Does what a person wants; gives why not. */
  readonly command: (name: string, value: string) => Promise<string | undefined>;
  readonly onTrouble: (text: string) => void;
};

const againMs = 5_000;
const timeoutMs = 5_000;
/** Whoever keeps connections open must not use up the agent's files. */
const connectionsMax = 32;

/** Serves until it is stopped, and goes on trying where it cannot listen. */
export function serveStatus(parts: ServerParts): { readonly stop: () => void } {
  const { socket, listen, onTrouble } = parts;
  const servers = new Set<Server>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const serve = (where: string, local: boolean, bind: (server: Server) => void): void => {
    const server = createServer((request, response) => {
      void answer(request, response, local, parts);
    });
    server.headersTimeout = timeoutMs;
    server.setTimeout(timeoutMs);
    server.maxConnections = connectionsMax;
    server.on("error", ({ code }: NodeJS.ErrnoException) => {
      servers.delete(server);
      if (stopped) return;
      const fix = code === "EACCES" ? `make ${dirname(where)} this account's` : "trying again";
      onTrouble(`status cannot be served on ${where}: ${code}; ${fix}`);
      if (code === "EADDRINUSE" && local) removeIfDead(socket);
      const timer = setTimeout(() => {
        timers.delete(timer);
        serve(where, local, bind);
      }, againMs);
      timers.add(timer);
    });
    servers.add(server);
    bind(server);
  };

  removeIfDead(socket, () => {
    if (stopped) return;
    try {
      makeFolderOf(socket);
    } catch {
      // Listening will say so.
    }
    serve(socket, true, (server) =>
      // Whoever may write to it may move the address: root and the agent's group.
      server.listen(socket, () =>
        chmod(socket, 0o660, (error) => error && onTrouble(`${socket}: ${error.message}`)),
      ),
    );
  });
  if (listen !== undefined) {
    const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(listen) ?? [];
    serve(listen, false, (server) => server.listen(Number(port), host));
  }
  return {
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      for (const server of servers) server.close();
    },
  };
}

/**
 * A socket that a killed agent left behind is in the way. That of a living one is not touched, be
 * it stopped or not for us, and neither is a file that is no socket.
 */
function removeIfDead(socket: string, then: () => void = () => undefined): void {
  const probe = connect(socket);
  const end = (code?: string): void => {
    probe.destroy();
    try {
      if (code === "ECONNREFUSED" && lstatSync(socket).isSocket()) unlinkSync(socket);
    } catch {
      // Listening will say what is wrong there.
    }
    then();
  };
  probe.once("connect", () => end());
  probe.once("error", ({ code }: NodeJS.ErrnoException) => end(code));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  local: boolean,
  parts: ServerParts,
): Promise<void> {
  // Nothing that is sent in a body is wanted.
  request.resume();
  const [code, body] = await guarded(request, local, parts);
  const plain = typeof body === "string";
  const text = plain ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "content-type": plain ? "text/plain; version=0.0.4" : "application/json",
    "content-length": Buffer.byteLength(text),
    // One request a connection: a body that never ends cannot hold it.
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

/** Who watches the address must not die of who asks about it. */
async function guarded(...of: Parameters<typeof reply>): ReturnType<typeof reply> {
  try {
    return await reply(...of);
  } catch (error) {
    of[2].onTrouble(`status fails: ${error}`);
    return [500, { error: String(error) }];
  }
}

/** A text is for Prometheus, all else for whoever reads JSON. */
async function reply(
  { method = "", url = "/" }: IncomingMessage,
  local: boolean,
  { status, metrics, command }: ServerParts,
): Promise<readonly [code: number, body: unknown]> {
  const [path = "", query = ""] = url.split("?");
  if (method === "POST" && local) {
    const [, name = "", value = ""] = path.split("/");
    const why = await command(name, value);
    return why === undefined ? [200, { done: true }] : [400, { error: why }];
  }
  if (method !== "GET" && method !== "HEAD") return [405, { error: "only reading is served" }];
  const now = status();
  if (path === "/metrics") return [200, metrics()];
  if (now === undefined) return [503, { error: "waits to learn which instance this is" }];
  if (path === "/status") return [200, now];
  if (path !== "/healthz") return [404, { error: "there are /status, /healthz and /metrics" }];
  const { good, why } = proof(now, new URLSearchParams(query).get("address") ?? undefined);
  return [good ? 200 : 503, { holds: good, why }];
}
