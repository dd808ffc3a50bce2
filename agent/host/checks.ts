/** Tries the health checks of the configuration, each at its own period. */
import { get as overHttp } from "http";
import { get as overHttps } from "https";
import { connect } from "net";
import { networkInterfaces } from "os";
import type { AgentHealthCheck } from "../config.ts";
import type { Event } from "../core/state.ts";
import { monotonicMs } from "./clock.ts";
import { failed, type Ran, run } from "./run.ts";

type Check = AgentHealthCheck["check"];

/** What a try came to, as the core takes it. */
type OnResult = (result: Extract<Event, { readonly type: "check" }>) => void;

/** The first try of each is made at once; none overlaps with itself. */
export function runChecks(
  checks: readonly AgentHealthCheck[],
  onResult: OnResult,
): { readonly stop: () => void } {
  let stopped = false;
  const timers = new Map<number, NodeJS.Timeout>();
  const turn = async (all: AgentHealthCheck, index: number): Promise<void> => {
    const begunMs = monotonicMs();
    const { good, why } = await attempt(all).catch(failed);
    if (stopped) return;
    const spentMs = monotonicMs() - begunMs;
    // Before the result is given: who takes it may stop the checks.
    timers.set(
      index,
      setTimeout(() => void turn(all, index), Math.max(0, all.intervalMs - spentMs)),
    );
    const said = good ? {} : { why: `${targetOf(all.check)}: ${why}` };
    onResult({ type: "check", index, good, ...said });
  };
  checks.forEach((check, index) => void turn(check, index));
  return {
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** Which of the checks it is, in short and without what a URL may hold of a password. */
function targetOf(check: Check): string {
  switch (check.kind) {
    case "http": {
      const { origin, pathname } = new URL(check.url);
      return origin + pathname;
    }
    case "tcp":
      return `${check.host} port ${check.port}`;
    case "command":
      return check.argv[0] ?? "";
    case "link":
      return check.interface;
    case "ping":
      return `ping ${check.host}`;
  }
}

async function attempt({ check, timeoutMs }: AgentHealthCheck): Promise<Ran> {
  switch (check.kind) {
    case "http":
      return http(check.url, timeoutMs);
    case "tcp":
      return tcp(check.host, check.port, timeoutMs);
    case "command":
      return run(check.argv, timeoutMs);
    case "link":
      // Neither an interface that is down nor one without an address is listed.
      return { good: networkInterfaces()[check.interface] !== undefined, why: "down" };
    case "ping":
      return ping(check.host, timeoutMs);
  }
}

const late = (timeoutMs: number): Ran => ({
  good: false,
  why: `no answer within ${timeoutMs} ms`,
});

function http(url: string, timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const at = new URL(url);
    const get = at.protocol === "https:" ? overHttps : overHttp;
    // Whether the service answers is asked, not whose name its certificate has.
    const options = { agent: false, rejectUnauthorized: false };
    const request = get(at, options, (response) => {
      const { statusCode = 0 } = response;
      resolve({ good: statusCode >= 200 && statusCode < 400, why: `HTTP ${statusCode}` });
      // The status says it all.
      response.destroy();
    });
    const timer = setTimeout(() => {
      resolve(late(timeoutMs));
      request.destroy();
    }, timeoutMs);
    request.on("error", (error) => resolve(failed(error)));
    request.on("close", () => clearTimeout(timer));
  });
}

function tcp(host: string, port: number, timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (ran: Ran): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(ran);
    };
    const timer = setTimeout(() => end(late(timeoutMs)), timeoutMs);
    socket.on("connect", () => end({ good: true, why: "" }));
    socket.on("error", (error) => end(failed(error)));
  });
}

/** The system's own ping needs no privilege of ours. */
async function ping(host: string, timeoutMs: number): Promise<Ran> {
  const linux = process.platform === "linux";
  const program = linux || !host.includes(":") ? "ping" : "ping6";
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const argv = [program, "-n", "-c", "1", linux ? "-W" : "-w", seconds, host];
  const ran = await run(argv, timeoutMs);
  // It has no words for an answer that does not come.
  return ran.good || ran.why.includes(":") ? ran : late(timeoutMs);
}
