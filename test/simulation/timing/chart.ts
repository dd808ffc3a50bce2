/** The study as a picture: what a faster detection costs in false failovers, and in stalls. */
import { losses, type Row, stallsMs } from "./study.ts";

const size = { width: 860, height: 400, left: 70, top: 50, plot: 320, gap: 90, high: 270 };
const colours = ["#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#b8860b"];
const nameOf = ({ profile }: Row): string => `${profile.intervalMs} ms × ${profile.deadRatio}`;

type Point = readonly [x: number, y: number];

const line = (points: readonly Point[], colour: string): string =>
  `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points
    .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`)
    .join(" ")}"/>` +
  points
    .map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${colour}"/>`)
    .join("");

const text = ([x, y]: Point, words: string, more = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`;

/** Powers of ten from one false failover in a hundred years to a hundred thousand in one. */
const decades = { low: -2, high: 5 };

function failovers(rows: readonly Row[]): string {
  const slowest = Math.max(...rows.map(({ lateMs }) => lateMs)) * 1.05;
  const x = (ms: number): number => size.left + (ms / slowest) * size.plot;
  const y = (perYear: number): number => {
    const power = Math.max(decades.low, Math.min(decades.high, Math.log10(perYear)));
    const part = (power - decades.low) / (decades.high - decades.low);
    return size.top + size.high * (1 - part);
  };
  const ordered = [...rows].sort((a, b) => a.lateMs - b.lateMs);
  const lines = losses.map((loss, index) => {
    const points = ordered.flatMap(({ lateMs, yearly }): Point[] => {
      const { perYear = 0 } = yearly[index] ?? {};
      return perYear > 0 ? [[x(lateMs), y(perYear)]] : [];
    });
    const colour = colours[index] ?? "#000";
    const last = points.at(-1);
    const label = last
      ? text([last[0] + 6, last[1] + 4], `${loss * 100} % lost`, `fill="${colour}"`)
      : "";
    return points.length === 0 ? "" : line(points, colour) + label;
  });
  const grid = Array.from({ length: decades.high - decades.low + 1 }, (_, index) => {
    const at = y(10 ** (decades.low + index));
    const rule = `<path d="M${size.left} ${at}h${size.plot}" stroke="#ddd"/>`;
    return (
      rule +
      text(
        [size.left - 6, at + 4],
        `10<tspan dy="-5" font-size="8">${decades.low + index}</tspan>`,
        'text-anchor="end"',
      )
    );
  });
  const names = ordered.map((row, index) =>
    text(
      [x(row.lateMs), size.top + size.high + 18 + 13 * (index % 3)],
      nameOf(row),
      'text-anchor="middle" font-size="10"',
    ),
  );
  const title = text(
    [size.left, size.top - 22],
    "False failovers a year, by detection time (99 of 100)",
    'font-weight="bold"',
  );
  return [title, ...grid, ...lines, ...names].join("\n");
}

function stalls(rows: readonly Row[]): string {
  const left = size.left + size.plot + size.gap;
  const longest = stallsMs.at(-1) ?? 1;
  const x = (ms: number): number => left + (ms / longest) * size.plot;
  const y = (share: number): number => size.top + size.high * (1 - share);
  const lines = rows.map((row, index) => {
    const points = row.stalls.map((share, at): Point => [x(stallsMs[at] ?? 0), y(share) - index]);
    const colour = colours[index] ?? "#000";
    const legend: Point = [left + 8, size.top + size.high + 18 + 14 * Math.floor(index / 2)];
    const place: Point = [legend[0] + 170 * (index % 2), legend[1] + 18];
    return line(points, colour) + text(place, nameOf(row), `fill="${colour}"`);
  });
  const grid = [0, 0.5, 1].map(
    (share) =>
      `<path d="M${left} ${y(share)}h${size.plot}" stroke="#ddd"/>` +
      text([left - 6, y(share) + 4], `${share * 100} %`, 'text-anchor="end"'),
  );
  const ticks = stallsMs.map((ms) =>
    text(
      [x(ms), size.top + size.high + 15],
      `${ms / 1000} s`,
      'text-anchor="middle" font-size="10"',
    ),
  );
  const title = text(
    [left, size.top - 22],
    "Share of the holder's stalls that move the address",
    'font-weight="bold"',
  );
  return [title, ...grid, ...lines, ...ticks].join("\n");
}

export const chart = (rows: readonly Row[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="11">
<title>False failovers and detection time</title>
<rect width="100%" height="100%" fill="#fff"/>
${failovers(rows)}
${stalls(rows)}
</svg>
`;
