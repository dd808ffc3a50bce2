/** The study as a picture: what a faster detection costs in false failovers, and in stalls. */
import { losses, type Row, stallsMs } from "./study.ts";

const size = { width: 860, height: 372, left: 56, top: 64, plot: 350, high: 230 };
const looks = ["none", "few", "some", "many"] as const;

type Point = readonly [x: number, y: number];

const style = `
  text { fill: #1f2328 } .dim { fill: #57606a } .b { font-weight: 600 }
  .grid { stroke: #d8dee4 } .line { fill: none; stroke-width: 2 }
  .few { --own: #0969da } .some { --own: #8250df } .many { --own: #cf222e }
  .line { stroke: var(--own) } .dot, text.of { fill: var(--own) }
  .cell { fill: #cf222e; stroke: #d8dee4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .dim { fill: #9198a1 } .grid, .cell { stroke: #3d444d }
    .few { --own: #58a6ff } .some { --own: #bc8cff } .many { --own: #ff7b72 }
    .cell { fill: #da3633 }
  }`;

const text = ([x, y]: Point, words: string, look = "", anchor = "middle"): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${look}" text-anchor="${anchor}">${words}</text>`;

/** Those of one dead ratio beside each other, the fastest first: only they are joined by a line. */
const groupsOf = (rows: readonly Row[]): readonly (readonly Row[])[] =>
  [...Map.groupBy(rows, ({ profile }) => profile.deadRatio).entries()]
    .sort(([one], [other]) => one - other)
    .map(([, group]) => [...group].sort((a, b) => a.lateMs - b.lateMs));

/** A power of ten below the least and above the greatest, so that nothing is cut off. */
function decadesOf(rows: readonly Row[]): { readonly low: number; readonly high: number } {
  const powers = rows
    .flatMap(({ yearly }) => yearly.map(({ perYear }) => perYear))
    .filter((perYear) => perYear > 0)
    .map(Math.log10);
  return { low: Math.floor(Math.min(...powers)), high: Math.ceil(Math.max(...powers)) };
}

function failovers(rows: readonly Row[]): string {
  const { low, high } = decadesOf(rows);
  const groups = groupsOf(rows);
  const pitch = size.plot / (rows.length + groups.length - 1);
  const y = (perYear: number): number =>
    size.top + size.high * (1 - (Math.log10(perYear) - low) / (high - low));
  const grid = Array.from({ length: high - low + 1 }, (_, index) => {
    const at = y(10 ** (low + index));
    const power = `10<tspan dy="-5" font-size="8">${low + index}</tspan>`;
    return (
      `<path d="M${size.left} ${at.toFixed(1)}h${size.plot}" class="grid"/>` +
      text([size.left - 6, at + 4], power, "dim", "end")
    );
  });
  let before = 0;
  const drawn = groups.map((group, nth) => {
    const x = (index: number): number => size.left + pitch * (before + nth + index + 0.5);
    const under = size.top + size.high;
    const names = group.map(({ profile, lateMs }, index) =>
      [
        text([x(index), under + 18], `${profile.intervalMs}`),
        text([x(index), under + 33], `${(lateMs / 1000).toFixed(1)} s`, "dim"),
      ].join(""),
    );
    const middle = x((group.length - 1) / 2);
    const ratio = text([middle, under + 52], `dead ratio ${group[0]?.profile.deadRatio}`, "b");
    const lines = losses.map((loss, at) => lineOf(group, at, loss, { x, y }));
    before += group.length;
    return [...names, ratio, ...lines].join("\n");
  });
  return [
    text([16, 24], "False failovers a year, by interval", "b", "start"),
    text([16, 41], "interval in ms, and below it the detection time (99 of 100)", "dim", "start"),
    ...grid,
    ...drawn,
  ].join("\n");
}

type Scale = { readonly x: (index: number) => number; readonly y: (perYear: number) => number };

function lineOf(group: readonly Row[], at: number, loss: number, { x, y }: Scale): string {
  const points = group.flatMap(({ yearly }, index): Point[] => {
    const { perYear = 0 } = yearly[at] ?? {};
    return perYear > 0 ? [[x(index), y(perYear)]] : [];
  });
  const last = points.at(-1);
  if (last === undefined) return "";
  const way = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ");
  const dots = points.map(
    ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3.5" class="dot"/>`,
  );
  const label = text([last[0] + 8, last[1] - 6], `${loss * 100} % lost`, "of", "start");
  const look = looks[at] ?? "many";
  return `<g class="${look}"><polyline points="${way}" class="line"/>${dots.join("")}${label}</g>`;
}

/** A table, dark where all stalls move the address: its lines would lie on each other. */
function stalls(rows: readonly Row[]): string {
  const left = 560;
  const pitch = 48;
  const high = size.high / rows.length;
  const cells = groupsOf(rows)
    .flat()
    .map(({ profile, stalls: shares }, nth) => {
      const y = size.top + nth * high;
      const name = `${profile.intervalMs} ms × ${profile.deadRatio}`;
      return [
        text([left - 8, y + high / 2 + 4], name, "", "end"),
        ...shares.map(
          (share, at) =>
            `<rect x="${left + at * pitch}" y="${y.toFixed(1)}" width="${pitch}" ` +
            `height="${high.toFixed(1)}" class="cell" fill-opacity="${(share * 0.45).toFixed(2)}"/>` +
            text([left + (at + 0.5) * pitch, y + high / 2 + 4], `${Math.round(share * 100)} %`),
        ),
      ].join("");
    });
  const ticks = stallsMs.map((ms, at) =>
    text([left + (at + 0.5) * pitch, size.top + size.high + 18], `${ms / 1000} s`),
  );
  return [
    text([480, 24], "Share of the holder's stalls that move the address", "b", "start"),
    text([480, 41], "by how long it stands still", "dim", "start"),
    ...cells,
    ...ticks,
  ].join("\n");
}

export const chart = (rows: readonly Row[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="11">
<title>False failovers and detection time</title>
<style>${style}
</style>
${failovers(rows)}
${stalls(rows)}
</svg>
`;
