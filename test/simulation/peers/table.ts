/** `npm run simulate:peers`: writes the tables of docs/peers.md anew, from runs of this moment. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { perform as carryOut } from "../command.ts";
import type { Result } from "../run.ts";
import { cases, type PeerCase } from "./cases.ts";
import { type Measured, measurements, modelled } from "./measured.ts";
import { type Peer, perform, tenMoments, watchedMs } from "./perform.ts";

export const page = new URL("../../../docs/peers.md", import.meta.url);
const peers: readonly Peer[] = ["baton", "exoip", "keepalived"];

const seconds = (ms: number): string => {
  const text = ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000).toString();
  return ms >= 0.9 * watchedMs ? "for ever" : text;
};

/** Seconds without service and with a share lost; and the holder, where it is the wrong one. */
function cell({ measured, holders }: Result, right: string): string {
  const { outageMs, shareLostMs } = measured;
  const out = outageMs < 50 ? "none" : seconds(outageMs);
  const share = shareLostMs < 50 ? "" : `, then part lost ${seconds(shareLostMs)}`;
  const held = holders.join(" and ") || "nobody";
  return `${out}${share}${right === held ? "" : `; **held by ${held}**`}`;
}

/** Each outcome once, with how often it came about where that is not always. */
function cellOf(one: PeerCase, peer: Peer): string {
  if (one.without?.includes(peer)) return "–";
  const results = one.atTenMoments
    ? tenMoments(one).map((laterMs) => perform(one, peer, { laterMs }))
    : [perform(one, peer)];
  const cells = results.map((result) => cell(result, one.right ?? "lb1"));
  const times = Map.groupBy(cells, (text) => text);
  if (times.size === 1) return cells[0] ?? "";
  return [...times]
    .map(([text, all]) => `${text} (${all.length} of ${cells.length})`)
    .join("; or ");
}

function tableText(): string {
  const rows = cases.map((one) => {
    const cells = peers.map((peer) => cellOf(one, peer));
    return `| ${one.name} | ${cells.join(" | ")} | ${one.source} |`;
  });
  const head = `| what happens | ${peers.join(" | ")} | seen in |`;
  return [head, "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

const rangeText = ([least, most]: readonly [number, number]): string => {
  const [low, high] = [least.toFixed(2), most.toFixed(2)];
  if (most === 0) return "none";
  return low === high ? low : `${low}–${high}`;
};

/** A row of what was measured, and of what the model does. */
function modelRow(one: Measured): string {
  const { peer, name, gapS, lastFailedS, n, held, operationMs, intervalMs } = one;
  const model = modelled(one);
  const operations = operationMs === undefined ? "" : `, operations of ${operationMs / 1000} s`;
  const interval = intervalMs === undefined ? "" : `, interval of ${intervalMs / 1000} s`;
  const theirs = gapS === undefined ? [] : [rangeText(gapS)];
  const ours = gapS === undefined ? [] : [rangeText(model.gapS)];
  if (lastFailedS) {
    theirs.push(`last failure ${rangeText(lastFailedS)}`);
    ours.push(`last failure ${rangeText(model.lastFailedS)}`);
  }
  theirs.push(`held by ${held}`);
  for (const [who, times] of model.held)
    ours.push(`held by ${who}${times < model.runs ? ` (${times} of ${model.runs})` : ""}`);
  const cells = [peer, `${name}${operations}${interval}`, theirs.join("; "), n, ours.join("; ")];
  return `| ${cells.join(" | ")} |`;
}

function modelsText(): string {
  const head = "| program | what happens | measured | n | model |";
  return [head, "| --- | --- | --- | --- | --- |", ...measurements.map(modelRow)].join("\n");
}

function filled(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before = "", rest = ""] = text.split(begin);
  const [, after = ""] = rest.split(end);
  return `${before}${begin}\n${content}\n${end}${after}`;
}

export const withTables = (text: string): string =>
  filled(filled(text, "table", tableText()), "models", modelsText());

const usage = "npm run simulate:peers    writes the tables of docs/peers.md anew; takes no options";

if (import.meta.main) {
  await carryOut(usage, () => {
    const { values } = parseArgs({ options: { help: { type: "boolean" } } });
    if (values.help) console.log(usage);
    else writeFileSync(page, withTables(readFileSync(page, "utf8")));
    return 0;
  });
}
