/** Requests per second over time, stacked by who answered, or by where they went. */
import type { Tally } from "../message.ts";
import type { Model } from "../model.ts";
import { html, say, svg } from "./dom.ts";
import { knownMs, lately, total } from "./sight.ts";
import { list } from "./words.ts";

export type View = {
  readonly element: HTMLElement;
  readonly update: (model: Model, now: number) => void;
};

const height = 132;
const top = 8;
const bottom = 22;
const left = 34;

type Series = { readonly name: string; readonly look: string };

/** Both charts, and how far back they look. */
export function trafficView(): View {
  const element = html("div", { class: "charts" });
  const range = rangeChoice();
  const answered = chart("Answered by backend", "answered");
  const routed = chart("Sent through load balancer", "routed");
  element.append(range.element, answered.element, routed.element);
  return {
    element,
    update: (model, now) => {
      answered.update(model, now, range.lengthS());
      routed.update(model, now, range.lengthS());
    },
  };
}

function rangeChoice() {
  const element = html("div", { class: "range", role: "group", "aria-label": "How far back" });
  let lengthS = 300;
  const buttons = [
    { text: "5 min", value: 300 },
    { text: "30 min", value: 1800 },
  ].map(({ text, value }) => {
    const button = html(
      "button",
      { type: "button", "aria-pressed": String(value === lengthS) },
      text,
    );
    button.addEventListener("click", () => {
      lengthS = value;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    });
    return button;
  });
  element.append(...buttons);
  return { element, lengthS: () => lengthS };
}

function chart(title: string, key: "answered" | "routed") {
  const canvas = svg("svg", { height, role: "img" });
  const legend = html("ul", { class: "legend" });
  const element = html("figure", {}, html("figcaption", {}, title), canvas, legend);
  const update = (model: Model, now: number, lengthS: number): void => {
    const series = seriesOf(model, key);
    const width = Math.max(280, element.clientWidth);
    canvas.setAttribute("width", String(width));
    canvas.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const table = buckets(model, key, series, now, lengthS, width - left);
    canvas.replaceChildren(...drawing(table, series, width, lengthS));
    const recent = lately(model, now, 3);
    const values: Tally = { ...recent[key], failed: total(recent.failed) };
    const where = placesOf(model, recent.failed);
    const rows = series.map(({ name, look }) => ({
      look,
      text: `${name} ${Math.round((values[name] ?? 0) / 3)}/s${name === "failed" ? where : ""}`,
    }));
    canvas.setAttribute("aria-label", `${title}: ${rows.map(({ text }) => text).join(", ")}`);
    if (legend.children.length !== rows.length)
      legend.replaceChildren(...rows.map(({ look }) => html("li", { class: look })));
    rows.forEach(({ text }, index) => {
      const row = legend.children[index];
      if (row !== undefined) say(row, text);
    });
  };
  return { element, update };
}

/** Where there are several addresses, those at which requests fail. */
const placesOf = ({ holders }: Model, failed: Tally): string =>
  Object.keys(holders).length > 1 && total(failed) > 0 ? ` at ${list(Object.keys(failed))}` : "";

/** Colours stay with their names; what failed stands on top, in red. */
function seriesOf({ facts, seconds }: Model, key: "answered" | "routed"): readonly Series[] {
  const known = key === "answered" ? facts.backends : facts.balancers;
  const others = new Set(seconds.flatMap((one) => Object.keys(one[key])));
  for (const name of [...known, "nobody"]) others.delete(name);
  const named = [...known, ...others].map((name, index) => ({ name, look: `tone-${index % 6}` }));
  const lost = { name: key === "answered" ? "failed" : "nobody", look: "tone-bad" };
  return [...named, lost];
}

/** For each column the height of each series, in requests per second. */
function buckets(
  { seconds }: Model,
  key: "answered" | "routed",
  series: readonly Series[],
  now: number,
  lengthS: number,
  width: number,
): readonly (readonly number[])[] {
  const last = Math.floor((now - knownMs) / 1000);
  const sizeS = Math.max(1, Math.ceil((lengthS * 2) / width));
  const columns = Math.floor(lengthS / sizeS);
  const table = Array.from({ length: columns }, () => series.map(() => 0));
  for (const one of seconds) {
    const ago = last - one.second - 1;
    const row = table[columns - 1 - Math.floor(ago / sizeS)];
    if (ago < 0 || row === undefined) continue;
    series.forEach(({ name }, index) => {
      const value = name === "failed" ? total(one.failed) : (one[key][name] ?? 0);
      row[index] = (row[index] ?? 0) + value / sizeS;
    });
  }
  return table;
}

function drawing(
  table: readonly (readonly number[])[],
  series: readonly Series[],
  width: number,
  lengthS: number,
): SVGElement[] {
  const most = Math.max(10, ...table.map((row) => row.reduce((sum, one) => sum + one, 0)));
  const limit = Math.ceil(most / 10) * 10;
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / limit);
  const step = (width - left) / table.length;
  const base = table.map(() => 0);
  const areas = series.map(({ look }, nth) => {
    const upper: string[] = [];
    const lower: string[] = [];
    table.forEach((row, index) => {
      const [from, to] = [left + index * step, left + (index + 1) * step];
      const under = base[index] ?? 0;
      const over = under + (row[nth] ?? 0);
      base[index] = over;
      upper.push(
        `L${from.toFixed(1)} ${y(over).toFixed(1)} L${to.toFixed(1)} ${y(over).toFixed(1)}`,
      );
      lower.unshift(
        `L${to.toFixed(1)} ${y(under).toFixed(1)} L${from.toFixed(1)} ${y(under).toFixed(1)}`,
      );
    });
    return svg("path", {
      d: `M${left} ${y(0)} ${upper.join(" ")} ${lower.join(" ")} Z`,
      class: look,
    });
  });
  const grid = [0, limit / 2, limit].flatMap((value) => [
    svg("line", { x1: left, x2: width, y1: y(value), y2: y(value), class: "grid" }),
    svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end", class: "axis" }, `${value}`),
  ]);
  return [
    ...areas,
    ...grid,
    svg("text", { x: left, y: height - 5, class: "axis" }, `${lengthS / 60} min ago`),
    svg("text", { x: width, y: height - 5, "text-anchor": "end", class: "axis" }, "now"),
  ];
}
