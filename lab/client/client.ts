/** Starts the measuring client in its namespace, and keeps what it saw. */
import { fileURLToPath } from "node:url";
import type { Lab } from "../fabric/lab.ts";
import { type Sample, type Summary, summarize } from "./measure.ts";

export type Measurement = {
  /** All requests until now whose end is known. */
  readonly samples: () => readonly Sample[];
  readonly summary: () => Summary;
  /** Ends the client when what is under way has ended; gives all of it. */
  readonly stop: () => Promise<Summary>;
};

/**
 * How long an answer is waited for: less than the second after which a lost SYN is sent again (RFC
 * 6298), so that no outage is bridged by it, and long enough for a machine that is busy.
 */
export const answerTimeoutMs = 800;

export type MeasureOptions = {
  readonly url: string;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  /** Called with each request as its end is known. */
  readonly onSample?: (sample: Sample) => void;
};

/** @param client where to run it, and by what means: a fabric fits */
export async function startMeasuring(
  fabric: { readonly client: () => { readonly netns: string }; readonly runIn: Lab["runIn"] },
  { url, intervalMs = 20, timeoutMs = answerTimeoutMs, onSample }: MeasureOptions,
): Promise<Measurement> {
  const program = fileURLToPath(new URL("main.ts", import.meta.url));
  const samples: Sample[] = [];
  let rest = "";
  const onOutput = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const sample: Sample = JSON.parse(line);
      samples.push(sample);
      onSample?.(sample);
    }
  };
  const argv = [process.execPath, program, url, String(intervalMs), String(timeoutMs)];
  const service = await fabric.runIn(fabric.client().netns, argv, { onOutput });
  return {
    samples: () => samples,
    summary: () => summarize(samples),
    stop: async () => {
      await service.stop();
      return summarize(samples);
    },
  };
}
