/** `npm run simulate:peers`: writes the table of docs/peers.md anew, from runs of this moment. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Result } from "../run.ts";
import { cases } from "./cases.ts";
import { type Peer, perform, watchedMs } from "./perform.ts";

export const page = new URL("../../../docs/peers.md", import.meta.url);
const peers: readonly Peer[] = ["baton", "exoip", "keepalived"];

const seconds = (ms: number): string => {
  const text = ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000).toString();
  return ms >= 0.9 * watchedMs ? "for ever" : text;
};

/** Seconds without service and with a share lost; and the holder, where it is the wrong one. */
function cell({ measured, holders }: Result, right: readonly string[]): string {
  const { outageMs, shareLostMs } = measured;
  const out = outageMs < 50 ? "none" : seconds(outageMs);
  const share = shareLostMs < 50 ? "" : `, then part lost ${seconds(shareLostMs)}`;
  const held = holders.join(" and ") || "nobody";
  return `${out}${share}${right.includes(held) ? "" : `; **held by ${held}**`}`;
}

function tableText(): string {
  const rows = cases.map((one) => {
    const right = one.right ?? ["lb1"];
    const cells = peers.map((peer) =>
      peer === "exoip" && one.exoipMeasured ? one.exoipMeasured : cell(perform(one, peer), right),
    );
    return `| ${one.name} | ${cells.join(" | ")} | ${one.source} |`;
  });
  const head = `| what happens | ${peers.join(" | ")} | seen in |`;
  return [head, "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

const [begin, end] = ["<!-- table -->", "<!-- end of table -->"];

export function withTable(text: string): string {
  const [before = "", rest = ""] = text.split(begin);
  const [, after = ""] = rest.split(end);
  return `${before}${begin}\n${tableText()}\n${end}${after}`;
}

if (import.meta.main) writeFileSync(page, withTable(readFileSync(page, "utf8")));
