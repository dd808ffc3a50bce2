/** A client of one's own that asks through an address, and what it saw of an outage. */
import { spawn } from "node:child_process";
import { answerTimeoutMs, startMeasuring } from "../lab/client/client.ts";
import { isAnswered, isCut, type Sample, type Summary } from "../lab/client/measure.ts";
import { WorldFailure } from "../stack/failure.ts";
import type { CloudAddress } from "./cloud.ts";

export type Traffic = {
  /** Requests of the last half an hour whose end is known. */
  readonly samples: () => readonly Sample[];
  /** Of all requests whose end is known. @throws WorldFailure where the client ended by itself */
  readonly outage: () => Outage;
  readonly stop: () => Promise<void>;
};

/** Begins to ask, every 20 ms on a connection of its own. */
export async function startTraffic(url: string): Promise<Traffic> {
  let isStopping = false;
  let diedAt: Date | undefined;
  const runIn: Parameters<typeof startMeasuring>[0]["runIn"] = async (_, argv, options) => {
    const [program = "", ...args] = argv;
    // In a group of its own: Ctrl-C ends the command, which then says how far it came.
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"], detached: true });
    const { onOutput } = options ?? {};
    child.stdout.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
    const ended = new Promise<{ code: number | null }>((resolve) => {
      child.on("close", (code) => resolve({ code }));
      child.on("error", () => resolve({ code: null }));
    });
    void ended.then(() => {
      if (!isStopping) diedAt = new Date();
    });
    const signal = (name: NodeJS.Signals): void => void child.kill(name);
    const stop = async (): Promise<void> => {
      isStopping = true;
      signal("SIGTERM");
      await ended;
    };
    return { pid: child.pid ?? 0, ended, signal, stop };
  };
  const reasons = new Map<string, number>();
  const onSample = (one: Sample): void => {
    if (isAnswered(one)) return;
    const { error = `HTTP ${one.status}` } = one;
    reasons.set(error, (reasons.get(error) ?? 0) + 1);
  };
  const client = await startMeasuring(
    { client: () => ({ netns: "" }), runIn },
    { url, understand: understood, onSample },
  );
  return {
    samples: client.samples,
    outage: () => {
      if (diedAt === undefined) return outageIn(client.summary(), reasons);
      throw new WorldFailure(
        `the measuring client ended by itself at ${diedAt.toISOString()}: what came after is not known`,
        "what was ordered is done all the same; `npx baton status` shows it",
      );
    },
    stop: async () => void (await client.stop()),
  };
}

/** Whatever a service says shows that it is reached, so long as it is no fault of a server's. */
const understood = (one: Sample): Sample =>
  one.status !== undefined && one.status < 500 ? { ...one, status: 200 } : one;

/** What a client saw; times in milliseconds. */
export type Outage = {
  readonly sent: number;
  /** New connections that got no answer. */
  readonly failed: number;
  /** Why they got none, with how many of them did not for it. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Connections that were open as the address moved, and were cut by it. */
  readonly cutShort: number;
  /** From the last answered request before the longest gap to the first one after it. */
  readonly longestMs: number;
  /** Unix milliseconds; undefined where every request was answered. */
  readonly from: number | undefined;
};

/**
 * Connections that were open as the address moved, and were cut by it, are no failure of a planned
 * move. Who resets every new one for longer than a move takes is another matter.
 * @param reasons why requests were not answered, the cut ones included, with their counts
 */
export function outageIn(
  { sent, failed, gaps: [longest] }: Summary,
  reasons: ReadonlyMap<string, number>,
): Outage {
  const isBrief = (longest?.ms ?? 0) <= answerTimeoutMs;
  const isCutBy = ([error]: readonly [string, number]): boolean => isBrief && isCut({ error });
  const cutShort = [...reasons].filter(isCutBy).reduce((sum, [, count]) => sum + count, 0);
  return {
    sent,
    failed: failed - cutShort,
    reasons: Object.fromEntries([...reasons].filter((one) => !isCutBy(one))),
    cutShort,
    longestMs: longest?.ms ?? 0,
    from: longest?.from,
  };
}

/** How many requests failed, and of what, in words. */
export function failedWords({ sent, failed, reasons }: Outage): string {
  const counts = Object.entries(reasons).map(([why, count]) => `${count} ${why}`);
  return `${failed} of ${sent} requests failed (${counts.join(", ")})`;
}

/** Whether everything was answered for a while, up to now. */
export function isCalm(samples: readonly Sample[], forMs: number): boolean {
  const since = Date.now() - forMs;
  const recent = samples.filter(({ at }) => at >= since);
  return recent.length > forMs / 60 && recent.every(isAnswered);
}

/** What to ask through an address; undefined where no service speaks HTTP. */
export function urlOf(
  services: readonly { readonly protocol: string; readonly port: number }[],
  { ip }: Pick<CloudAddress, "ip">,
): string | undefined {
  const asked = services.find(({ protocol }) => protocol === "http");
  if (asked === undefined || ip === undefined) return undefined;
  return `http://${ip.includes(":") ? `[${ip}]` : ip}:${asked.port}/`;
}
