/**
 * The last move, phase under phase, and what the client saw below; where a holder fell silent it
 * stands against the limit.
 */
import type { Cell, Failover } from "../message.ts";
import type { Model } from "../model.ts";
import type { View } from "./chart.ts";
import { addressChoice } from "./choice.ts";
import { html, say, svg } from "./dom.ts";
import { limitOf, summaryOf, titleOf } from "./sight.ts";
import { seconds, signed } from "./words.ts";

const rowHeight = 26;
const top = 26;

type Phase = { readonly text: string; readonly at: number | undefined };

/** @param title says what kind of move it was @param toFaults leads to the faults' buttons */
export function timelineView(title: Element, toFaults: () => void): View {
  const choice = addressChoice();
  const way = html("button", { type: "button", class: "link" }, "A fault");
  way.addEventListener("click", toFaults);
  const summary = html("p", { class: "summary" }, "None yet. ", way, " brings one about.");
  const canvasHolder = html("div", { class: "timeline" });
  const element = html("div", {}, choice.element, summary, canvasHolder);
  let drawn = "";
  return {
    element,
    update: (model: Model) => {
      const { facts } = model;
      const failover = choice.of(model);
      const width = Math.max(280, canvasHolder.clientWidth);
      const signature = JSON.stringify([width, failover]);
      if (failover === undefined || signature === drawn) return;
      drawn = signature;
      say(title, titleOf(failover));
      say(summary, summaryOf(failover, facts.limitMs));
      const until = limitOf(failover, facts.limitMs);
      canvasHolder.replaceChildren(drawing(failover, until, width), legendOf(failover));
    },
  };
}

const isSilence = ({ cause }: Failover): boolean => cause === "silent";

const zeroOf = (failover: Failover): number =>
  (isSilence(failover) ? failover.lastHeartbeat : failover.detected) ?? failover.claimSent;

/** In the order of time, what is not known yet last. Whoever was told needs no silence. */
function phasesOf(failover: Failover): readonly Phase[] {
  const { lastHeartbeat, detected, claimSent, confirmed, failed, firstGood } = failover;
  const all = [
    ...(isSilence(failover) ? [{ text: "last heartbeat", at: lastHeartbeat }] : []),
    { text: isSilence(failover) ? "detected" : "decided", at: detected },
    { text: "claim sent", at: claimSent },
    { text: "confirmed", at: confirmed },
    ...(failed > 0 ? [{ text: "first good answer", at: firstGood }] : []),
  ];
  return all.sort((one, other) => (one.at ?? Infinity) - (other.at ?? Infinity) || 0);
}

/** What the colours of the strip say, as far as they are in it. */
function legendOf({ cells }: Failover): HTMLElement {
  const words: Readonly<Record<Cell, string>> = {
    good: "answered",
    mixed: "some answered, some failed",
    failed: "all failed",
    none: "none sent",
  };
  const shown = (Object.keys(words) as Cell[]).filter((cell) => cells.row.includes(cell));
  return html(
    "ul",
    { class: "legend" },
    ...shown.map((cell) => html("li", { class: `of-${cell}` }, words[cell])),
  );
}

function drawing(failover: Failover, limit: number | undefined, width: number): SVGSVGElement {
  const { cells } = failover;
  const zero = zeroOf(failover);
  const phases = phasesOf(failover);
  const left = width < 520 ? 126 : 150;
  const timeWidth = 70;
  const over = limit === undefined ? zero + 1000 : limit + (limit - zero) * 0.1;
  const end = Math.max(cells.begin + cells.row.length * cells.stepMs, over);
  const begin = Math.min(cells.begin, zero - 300);
  const x = (at: number): number =>
    left + timeWidth + ((at - begin) / (end - begin)) * (width - left - timeWidth - 4);
  const stripY = top + phases.length * rowHeight + 12;
  const height = stripY + 22;
  return svg(
    "svg",
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": phases
        .map(({ text, at }) => `${text} ${at === undefined ? "unknown" : signed(at - zero)}`)
        .join(", "),
    },
    ...(limit === undefined
      ? []
      : allowed({ from: x(zero), to: x(limit), stripY, width }, limit - zero)),
    ...phases.flatMap((phase, index) => row(phase, phases[index - 1], index, { left, zero, x })),
    svg("text", { x: 0, y: stripY + 13, class: "name" }, "requests"),
    ...cells.row.map((cell, index) =>
      svg("rect", {
        x: x(cells.begin + index * cells.stepMs),
        y: stripY,
        width: Math.max(1, x(cells.stepMs) - x(0) - 0.5),
        height: 16,
        class: `cell ${cell}`,
      }),
    ),
  );
}

type Place = {
  readonly from: number;
  readonly to: number;
  readonly stripY: number;
  readonly width: number;
};

/** The time within which the address must be claimed. */
const allowed = ({ from, to, stripY, width }: Place, ms: number): SVGElement[] => [
  svg("rect", { x: from, y: top - 6, width: to - from, height: stripY - top, class: "allowed" }),
  svg("line", { x1: to, x2: to, y1: top - 6, y2: stripY + 18, class: "limit" }),
  svg(
    "text",
    { x: Math.min(to + 6, width - 70), y: top - 11, class: "axis" },
    `limit ${seconds(ms)}`,
  ),
];

type Scale = { readonly left: number; readonly zero: number; readonly x: (at: number) => number };

/** A phase begins where the one above it ended. */
function row(
  { text, at }: Phase,
  before: Phase | undefined,
  index: number,
  { left, zero, x }: Scale,
): SVGElement[] {
  const y = top + index * rowHeight;
  const name = svg("text", { x: 0, y: y + 14, class: "name" }, text);
  if (at === undefined)
    return [
      name,
      svg("text", { x: left + 56, y: y + 14, class: "time", "text-anchor": "end" }, "–"),
    ];
  const from = Math.min(before?.at ?? at, at);
  return [
    name,
    svg(
      "text",
      { x: left + 56, y: y + 14, class: "time", "text-anchor": "end" },
      signed(at - zero),
    ),
    svg("rect", {
      x: x(from),
      y: y + 6,
      width: Math.max(0, x(at) - x(from)),
      height: 6,
      rx: 3,
      class: "phase",
    }),
    svg("circle", { cx: x(at), cy: y + 9, r: 5, class: "moment" }),
  ];
}
