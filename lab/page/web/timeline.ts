/** The last failover, phase under phase, against the limit; what the client saw stands below. */
import type { Failover } from "../message.ts";
import type { Model } from "../model.ts";
import type { View } from "./chart.ts";
import { addressChoice } from "./choice.ts";
import { html, say, svg } from "./dom.ts";
import { summaryOf } from "./sight.ts";
import { seconds, signed } from "./words.ts";

const rowHeight = 26;
const top = 26;

type Phase = { readonly text: string; readonly at: number | undefined };

export function timelineView(): View {
  const choice = addressChoice();
  const summary = html("p", { class: "summary" }, "None yet. A fault below brings one about.");
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
      say(summary, summaryOf(failover, facts.limitMs));
      canvasHolder.replaceChildren(drawing(failover, facts.limitMs, width));
    },
  };
}

const zeroOf = ({ lastHeartbeat, claimSent }: Failover): number => lastHeartbeat ?? claimSent;

const phasesOf = (failover: Failover): readonly Phase[] => [
  { text: "last heartbeat", at: failover.lastHeartbeat },
  { text: "detected", at: failover.detected },
  { text: "claim sent", at: failover.claimSent },
  { text: "confirmed", at: failover.confirmed },
  ...(failover.failed > 0 ? [{ text: "first good answer", at: failover.firstGood }] : []),
];

function drawing(failover: Failover, limitMs: number, width: number): SVGSVGElement {
  const { cells } = failover;
  const zero = zeroOf(failover);
  const phases = phasesOf(failover);
  const left = width < 520 ? 116 : 150;
  const timeWidth = 70;
  const end = Math.max(cells.begin + cells.row.length * cells.stepMs, zero + limitMs * 1.1);
  const begin = Math.min(cells.begin, zero - 300);
  const x = (at: number): number =>
    left + timeWidth + ((at - begin) / (end - begin)) * (width - left - timeWidth - 4);
  const stripY = top + phases.length * rowHeight + 12;
  const height = stripY + 40;
  const limitX = x(zero + limitMs);
  const limitTextX = Math.min(limitX + 6, width - 70);
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
    svg("rect", {
      x: x(zero),
      y: top - 6,
      width: Math.max(0, limitX - x(zero)),
      height: stripY - top,
      class: "allowed",
    }),
    svg("line", { x1: limitX, x2: limitX, y1: top - 6, y2: stripY + 18, class: "limit" }),
    svg("text", { x: limitTextX, y: top - 11, class: "axis" }, `limit ${seconds(limitMs)}`),
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
    svg("text", { x: x(cells.begin), y: stripY + 34, class: "axis" }, "answered green, failed red"),
  );
}

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
