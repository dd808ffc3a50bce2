/** Results as a bench might have measured them. */
import type { Results } from "./results.ts";
import type { Run } from "./run.ts";

export const run = (changes: Partial<Run> = {}): Run => ({
  gapMs: 3000,
  isOpen: false,
  failed: 150,
  claimMs: 2500,
  cloudMs: 1900,
  calls: 4,
  holders: ["lb2"],
  elected: ["lb2"],
  watchedMs: 2000,
  faultMs: 0,
  strip: "███···▒▒██",
  moves: [{ kind: "attach", ms: 800 }],
  ...changes,
});

export const results: Results = {
  machine: "One run on 2 cores.",
  peers: [
    { name: "baton-1s", title: "baton" },
    { name: "keepalived-1s", title: "keepalived & script" },
  ],
  rows: [
    { name: "death", title: "host death" },
    { name: "split-10", title: "split <10 s>" },
  ],
  runs: [
    { row: "death", peer: "baton-1s", run: run({ gapMs: 2000 }) },
    { row: "death", peer: "baton-1s", run: run({ gapMs: 4000 }) },
    { row: "death", peer: "baton-1s", run: run({ gapMs: 3500 }) },
    {
      row: "split-10",
      peer: "keepalived-1s",
      run: run({ gapMs: 0, failed: 0, faultMs: 1000, elected: ["lb1"] }),
    },
  ],
  costs: [
    {
      peer: "baton-1s",
      cost: {
        holder: { residentKib: 51200, ownKib: 20480, cpuMsPerMinute: 12.34 },
        other: { residentKib: 40960, ownKib: 10240, cpuMsPerMinute: 5 },
        packetsPerHour: 7200,
        callsPerHour: 240,
      },
    },
  ],
};
