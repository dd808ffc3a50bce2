/** What was measured as one picture: time lines under each other, a block for each fault. */
import { type Results, runsOf } from "./results.ts";
import { isRight, letters, type Run, sliceMs } from "./run.ts";
import { typical } from "./spread.ts";

const [left, wide, right] = [170, 640, 250];
const [lineHeight, stripHeight, headHeight] = [22, 14, 44];

type Kind = keyof typeof letters;

/** Heights differ as well as colours: nobody has to tell green from red. */
const height: Readonly<Record<Kind, number>> = { all: 14, some: 8, none: 2 };

const style = `
    text { fill: #1f2328 } .dim { fill: #57606a } .b { font-weight: 600 } .wrong { fill: #cf222e }
    .all { fill: #2da44e } .some { fill: #bf8700 } .none { fill: #cf222e }
    .fault { fill: #8c959f; opacity: .35 } .tick { stroke: #8c959f }
    .attach { fill: #0969da } .detach { fill: #8250df }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .dim { fill: #9198a1 } .wrong { fill: #ff7b72 }
      .all { fill: #3fb950 } .some { fill: #d29922 } .none { fill: #ff7b72 }
      .attach { fill: #58a6ff } .detach { fill: #bc8cff }
    }
  `;

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);

const words = (x: number, y: number, kind: string, text: string): string =>
  `<text x="${x}" y="${y}" class="${kind}">${escaped(text)}</text>`;

const rect = (kind: string, x: number, y: number, width: number, high: number): string =>
  `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${high}"/>`;

const round = (value: number): number => Math.round(value * 10) / 10;

/** SVG without any reference to elsewhere; rows that nobody has run are left out. */
export function pictureOf(results: Results): string {
  const { peers, rows } = results;
  const shapes: string[] = legend();
  let y = 84;
  for (const row of rows) {
    const lines = peers.flatMap(({ name, title }) => {
      const run = typical(runsOf(results, row.name, name));
      return run === undefined ? [] : [{ title, run }];
    });
    if (lines.length === 0) continue;
    const longestMs = Math.max(...lines.map(({ run }) => run.watchedMs));
    const x = (ms: number): number => round(left + (ms / longestMs) * wide);
    shapes.push(words(10, y, "b", row.title), ...scale(longestMs, x, y + 18));
    for (const [index, { title, run }] of lines.entries())
      shapes.push(...timeLine(title, run, x, y + 26 + index * lineHeight));
    y += headHeight + lines.length * lineHeight;
  }
  const width = left + wide + right;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" ` +
      `font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" role="img">`,
    "  <title>What a client sees under each fault, program by program</title>",
    `  <style>${style}</style>`,
    ...shapes.map((shape) => `  ${shape}`),
    "</svg>\n",
  ].join("\n");
}

function legend(): string[] {
  const strip = (kind: Kind, x: number, text: string): string[] => [
    rect(kind, x, 30 - height[kind], 24, height[kind]),
    words(x + 32, 30, "dim", text),
  ];
  return [
    ...strip("all", 10, "all requests answered"),
    ...strip("some", 200, "some"),
    ...strip("none", 290, "none"),
    mark("attach", 384, 28),
    words(394, 30, "dim", "the cloud takes a claim"),
    mark("detach", 564, 28),
    words(574, 30, "dim", "a release"),
    rect("fault", 660, 16, 24, stripHeight),
    words(692, 30, "dim", "the fault lasts"),
    words(10, 54, "dim", note),
  ];
}

const note =
  "Of each row the run with the median gap; seconds since the fault. A line ends when all was quiet.";

const mark = (kind: string, x: number, y: number): string =>
  `<path class="${kind}" d="M${x} ${y}l-4 -6h8z"/>`;

/** Seconds above the lines of a row. */
function scale(longestMs: number, x: (ms: number) => number, y: number): string[] {
  const eachS = longestMs > 30_000 ? 10 : 5;
  const count = Math.floor(longestMs / 1000 / eachS) + 1;
  return Array.from({ length: count }, (_, index) =>
    words(x(index * eachS * 1000), y, "dim", `${index * eachS}`),
  );
}

function timeLine(title: string, run: Run, x: (ms: number) => number, y: number): string[] {
  const bottom = y + stripHeight;
  const pieces = piecesOf(run.strip).map(({ kind, from, to }) => {
    const [begin, end] = [x(from * sliceMs), x(Math.min(to * sliceMs, run.watchedMs))];
    return rect(kind, begin, bottom - height[kind], round(end - begin), height[kind]);
  });
  const lasts = run.faultMs > sliceMs;
  const held = run.holders.join(" and ") || "nobody";
  const elected = run.elected.join(" and ") || "nobody";
  const says = isRight(run) ? `held by ${held}` : `held by ${held}, elected ${elected}`;
  return [
    words(10, bottom - 2, "", title),
    ...(lasts ? [rect("fault", x(0), y - 2, round(x(run.faultMs) - x(0)), stripHeight + 4)] : []),
    ...pieces,
    ...run.moves.map(({ kind, ms }) => mark(kind, x(ms), y + 2)),
    words(x(run.watchedMs) + 8, bottom - 2, isRight(run) ? "dim" : "wrong", says),
  ];
}

/** Slices of a kind that follow each other, as one. */
export function piecesOf(strip: string) {
  const pieces: { kind: Kind; from: number; to: number }[] = [];
  for (const [at, letter] of [...strip].entries()) {
    const kind = letter === letters.all ? "all" : letter === letters.some ? "some" : "none";
    const last = pieces.at(-1);
    if (last?.kind === kind) last.to = at + 1;
    else pieces.push({ kind, from: at, to: at + 1 });
  }
  return pieces;
}
