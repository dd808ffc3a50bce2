/** The few shapes that a diagram is made of, as SVG text; light and dark by the reader's choice. */

export type Point = { readonly x: number; readonly y: number };

export type Box = Point & { readonly width: number; readonly height: number };

export const style = `
    .box { fill: #ffffff; stroke: #57606a; stroke-width: 1.5 }
    .group { fill: #eef2f6; stroke: #8c959f; stroke-width: 1 }
    .frame { fill: #f6f8fa; stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 2 4 }
    .who { fill: #ffffff; stroke: #57606a; stroke-width: 1.5 }
    .address { fill: #fff8c5; stroke: #9a6700; stroke-width: 2 }
    text { fill: #1f2328 } .dim { fill: #57606a; font-size: 12px } .b { font-weight: 600 }
    .mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px }
    .line { stroke: #57606a; stroke-width: 1.5; fill: none; marker-end: url(#tip) }
    .holds { stroke: #9a6700; stroke-width: 2.5; fill: none; marker-end: url(#gold) }
    .may { stroke: #9a6700; stroke-width: 1.5; stroke-dasharray: 6 4; fill: none;
      marker-end: url(#gold) }
    .beat { stroke: #1a7f37; stroke-width: 2; stroke-dasharray: 5 4; fill: none }
    .answered { fill: #2da44e } .failed { fill: #cf222e }
    .tick { stroke: #8c959f; stroke-width: 1 }
    .tip { fill: #57606a } .gold { fill: #9a6700 }
    .net0 { fill: #0969da } .net1 { fill: #8250df }
    .net2 { fill: #bf3989 } .net3 { fill: #1a7f37 }
    @media (prefers-color-scheme: dark) {
      .box, .who { fill: #0d1117; stroke: #8b949e } .group { fill: #1c2128; stroke: #6e7681 }
      .frame { fill: #161b22; stroke: #6e7681 } .address { fill: #4b2900; stroke: #d29922 }
      text { fill: #e6edf3 } .dim { fill: #9198a1 } .line { stroke: #8b949e } .tip { fill: #8b949e }
      .holds, .may { stroke: #d29922 } .gold { fill: #d29922 } .beat { stroke: #3fb950 }
      .net0 { fill: #58a6ff } .net1 { fill: #bc8cff }
      .net2 { fill: #f778ba } .net3 { fill: #3fb950 }
    }
  `;

const marker = (id: string): string =>
  `<marker id="${id}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" ` +
  `markerUnits="userSpaceOnUse" orient="auto"><path class="${id}" d="M0 0 8 4 0 8z"/></marker>`;

/** A whole picture. @param shapes lines first, so that they end behind what they lead to */
export function picture(
  { width, height }: Pick<Box, "width" | "height">,
  title: string,
  shapes: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="14" role="img">`,
    `  <title>${escaped(title)}</title>`,
    `  <style>${style}</style>`,
    `  <defs>${marker("tip")}${marker("gold")}</defs>`,
    ...shapes.map((shape) => `  ${shape}`),
    "</svg>\n",
  ].join("\n");
}

export const rectangle = (kind: string, { x, y, width, height }: Box, radius = 8): string =>
  `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;

export const words = (
  { x, y }: Point,
  text: string,
  kind = "",
  anchor: "start" | "middle" | "end" = "start",
): string => {
  const style = kind === "" ? "" : ` class="${kind}"`;
  const side = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text${style} x="${x}" y="${y}"${side}>${escaped(text)}</text>`;
};

export const dot = (kind: string, { x, y }: Point): string =>
  `<circle class="${kind}" cx="${x}" cy="${y}" r="4"/>`;

/** A line that leaves and arrives upright, so that it never runs along what it leads to. */
export function arrow(kind: string, from: Point, to: Point): string {
  if (from.x === to.x) return `<path class="${kind}" d="M${from.x} ${from.y}V${to.y}"/>`;
  const middle = (from.y + to.y) / 2;
  const curve = `C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
  return `<path class="${kind}" d="M${from.x} ${from.y}${curve}"/>`;
}

export const straight = (kind: string, from: Point, to: Point): string =>
  `<path class="${kind}" d="M${from.x} ${from.y}L${to.x} ${to.y}"/>`;

/** Room that a text takes, in pixels: fonts differ, so a little more than the widest of them. */
export const widthOf = (text: string, perLetter = 7.6): number =>
  Math.ceil(text.length * perLetter);

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (letter) => escapes[letter] ?? letter);
