/** Tries the health checks of the configuration, each at its own period. */
import { get } from "http";
import { connect } from "net";
import { networkInterfaces } from "os";
import type { AgentHealthCheck } from "../config.ts";
import type { Event } from "../core/state.ts";
import { type Ran, run } from "./run.ts";

/** What a try came to, as the core takes it. */
type OnResult = (result: Extract<Event, { readonly type: "check" }>) => void;

/** The first try of each is made at once; none overlaps with itself. */
export function runChecks(
  checks: readonly AgentHealthCheck[],
  onResult: OnResult,
): { readonly stop: () => void } {
  let stopped = false;
  const timers = new Map<number, NodeJS.Timeout>();
  const turn = async (check: AgentHealthCheck, index: number): Promise<void> => {
    const begun = Date.now();
    const { good, why } = await attempt(check);
    if (stopped) return;
    onResult({ type: "check", index, good, ...(!good && { why }) });
    const spent = Date.now() - begun;
    const waitMs = Math.min(check.intervalMs, Math.max(0, check.intervalMs - spent));
    timers.set(
      index,
      setTimeout(() => void turn(check, index), waitMs),
    );
  };
  checks.forEach((check, index) => void turn(check, index));
  return {
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function attempt({ check, timeoutMs }: AgentHealthCheck): Promise<Ran> {
  switch (check.kind) {
    case "http":
      return http(check.url, timeoutMs);
    case "tcp":
      return tcp(check.host, check.port, timeoutMs);
    case "command":
      return run(check.argv, timeoutMs);
    case "link":
      return Promise.resolve(link(check.interface));
    case "ping":
      return ping(check.host, timeoutMs);
  }
}

const late = (timeoutMs: number): string => `no answer within ${timeoutMs} ms`;

function http(url: string, timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      const { statusCode = 0 } = response;
      resolve({ good: statusCode >= 200 && statusCode < 400, why: `HTTP ${statusCode}` });
      // The status says it all.
      response.destroy();
    });
    const timer = setTimeout(() => {
      resolve({ good: false, why: late(timeoutMs) });
      request.destroy();
    }, timeoutMs);
    request.on("error", ({ code, message }: NodeJS.ErrnoException) =>
      resolve({ good: false, why: code ?? message }),
    );
    request.on("close", () => clearTimeout(timer));
  });
}

function tcp(host: string, port: number, timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (good: boolean, why: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ good, why });
    };
    const timer = setTimeout(() => end(false, late(timeoutMs)), timeoutMs);
    socket.on("connect", () => end(true, ""));
    socket.on("error", ({ code, message }: NodeJS.ErrnoException) => end(false, code ?? message));
  });
}

/** An interface that is up has an address; one that is down is not listed. */
function link(name: string): Ran {
  return { good: networkInterfaces()[name] !== undefined, why: `${name} is down` };
}

/** The system's own ping needs no privilege of ours. */
function ping(host: string, timeoutMs: number): Promise<Ran> {
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const wait = process.platform === "linux" ? "-W" : "-w";
  return run(["ping", "-n", "-c", "1", wait, seconds, host], timeoutMs);
}
