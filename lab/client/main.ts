/**
 * The measuring client, a process inside the client's namespace: a request at every tick, each on
 * a new connection, whatever became of the one before. Prints one Sample a line as JSON.
 * Usage: main.ts URL INTERVAL_MS TIMEOUT_MS; SIGTERM ends it after what is under way.
 */
import { Agent, get } from "node:http";
import type { Sample } from "./measure.ts";

const [url = "", interval, timeout] = process.argv.slice(2);
const intervalMs = Number(interval);
const timeoutMs = Number(timeout);

const print = (sample: Sample): boolean => process.stdout.write(`${JSON.stringify(sample)}\n`);

/** The page of an app server names it in its title or heading. */
const backendIn = (body: string): string | undefined =>
  /<(?:title|h1)>([\w.-]+)</.exec(body)?.[1] ?? /from ([\w.-]+)/.exec(body)?.[1];

/** How often the clock is looked at, and how much of the time since the last look may count. */
const look = { everyMs: 20, countsMs: 100 };

let lookedAt = performance.now();
let ran = 0;

/**
 * How long this process has run, in milliseconds. While it stood still it could see no answer, and
 * what it then finds unanswered at once is no outage of the address.
 */
function ranMs(): number {
  const now = performance.now();
  ran += Math.min(now - lookedAt, look.countsMs);
  lookedAt = now;
  return ran;
}

setInterval(ranMs, look.everyMs).unref();

function ask(n: number): void {
  const at = Date.now();
  const started = performance.now();
  const ranBefore = ranMs();
  const agent = new Agent({ keepAlive: false });
  let port: number | undefined;
  let isConnected = false;
  let isOver = false;
  const over = (rest: Omit<Sample, "n" | "at" | "ms">) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    // A connection that never came about has a port as well, for as long as it is not given up.
    port ??= request.socket?.localPort;
    request.destroy();
    const ms = Math.round((performance.now() - started) * 10) / 10;
    print({ n, at, ms, ...(port !== undefined && { port }), ...rest });
  };
  const request = get(url, { agent }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    response.on("error", (error: NodeJS.ErrnoException) => over({ error: reason(error) }));
    response.on("end", () => {
      const backend = backendIn(body);
      over({ status: response.statusCode ?? 0, ...(backend && { backend }) });
    });
  });
  request.on("socket", (socket) =>
    socket.on("connect", () => {
      isConnected = true;
      port = socket.localPort;
    }),
  );
  request.on("error", (error: NodeJS.ErrnoException) => over({ error: reason(error) }));
  // The whole exchange has this long, the connection's beginning included.
  const giveUp = (): void => {
    const leftMs = timeoutMs - (ranMs() - ranBefore);
    if (leftMs > 0) timer = setTimeout(giveUp, leftMs);
    else
      over({ error: `not ${isConnected ? "answered" : "connected"} within ${timeoutMs / 1000} s` });
  };
  let timer = setTimeout(giveUp, timeoutMs);
}

const reason = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

let sent = 0;
const begun = performance.now();
let ticker: NodeJS.Timeout | undefined;

/** Ticks are counted from the beginning, so that a late one does not push back all others. */
function tick(): void {
  ask(sent);
  sent += 1;
  const next = begun + sent * intervalMs - performance.now();
  ticker = setTimeout(tick, Math.max(0, next));
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => clearTimeout(ticker));
tick();
