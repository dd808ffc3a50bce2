/** Starts the measuring client in its namespace, and keeps what it saw. */
import { fileURLToPath } from "node:url";
import type { Fabric } from "../fabric/fabric.ts";
import type { Sample, Summary } from "./measure.ts";
import { startRecord } from "./record.ts";

export type Measurement = {
  /** Requests of the last half an hour whose end is known. */
  readonly samples: () => readonly Sample[];
  /** Of all requests whose end is known. */
  readonly summary: () => Summary;
  /** Ends the client when what is under way has ended; gives all of it. */
  readonly stop: () => Promise<Summary>;
};

/** What a client sees through one address. */
export type Traffic = { readonly address: string; readonly client: Measurement };

/**
 * How long an answer is waited for: less than the second after which a lost SYN is sent again (RFC
 * 6298), so that no outage is bridged by it, and long enough for a machine that is busy. Time in
 * which the client itself stood still does not count.
 */
export const answerTimeoutMs = 800;

export type MeasureOptions = {
  readonly url: string;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  /** How a request counts, where more than an HTTP 200 is an answer. */
  readonly understand?: (sample: Sample) => Sample;
  /** Called with each request as its end is known. */
  readonly onSample?: (sample: Sample) => void;
};

/** @param client where to run it, and by what means: a fabric fits */
export async function startMeasuring(
  fabric: Pick<Fabric, "client" | "runIn">,
  { url, intervalMs = 20, timeoutMs = answerTimeoutMs, understand, onSample }: MeasureOptions,
): Promise<Measurement> {
  const program = fileURLToPath(new URL("main.ts", import.meta.url));
  const { add, samples, summary } = startRecord();
  let rest = "";
  const onOutput = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said: Sample = JSON.parse(line);
      const sample = understand?.(said) ?? said;
      add(sample);
      onSample?.(sample);
    }
  };
  const argv = [process.execPath, program, url, String(intervalMs), String(timeoutMs)];
  const service = await fabric.runIn(fabric.client().netns, argv, { onOutput });
  return {
    samples,
    summary,
    stop: async () => {
      await service.stop();
      return summary();
    },
  };
}
