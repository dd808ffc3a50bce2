/** Stands between a client and the emulated cloud: what passes is held against the document. */
import assert from "node:assert/strict";
import type { Exchange } from "../../lab/emulators/exoscale.ts";
import { type ApiDocument, judged, officialDocument } from "./document.ts";
import { isLeftOut, leftOut } from "./made.ts";

export type Witness = {
  /** For the emulated cloud's `onExchange`. */
  readonly onExchange: (exchange: Exchange) => void;
  /** All that has passed, in order. */
  readonly exchanges: readonly Exchange[];
  /** Fails with a line for each fault that is not tolerated; the test's last act. */
  readonly verdict: (tolerated?: RegExp) => void;
};

let known: Promise<ApiDocument> | undefined;
let isTold = false;

/** @throws WorldFailure when the document cannot be had */
export async function callWitness(): Promise<Witness> {
  if (isLeftOut && !isTold) process.stderr.write(`baton: ${leftOut}\n`);
  isTold = true;
  known ??= isLeftOut ? undefined : officialDocument();
  const document = await known;
  const exchanges: Exchange[] = [];
  const faults = new Set<string>();
  return {
    exchanges,
    onExchange: (exchange) => {
      exchanges.push(exchange);
      if (document === undefined) return;
      for (const fault of judged(document, exchange)) faults.add(fault);
    },
    verdict: (tolerated) => {
      const left = [...faults].filter((fault) => tolerated?.test(fault) !== true);
      if (left.length === 0) return;
      const lines = left.slice(0, 20).join("\n  ");
      assert.fail(`not as the cloud's own document says:\n  ${lines}`);
    },
  };
}
