/** What a browser gets: the page's text, its style, and its modules as one script. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export type Asset = { readonly type: string; readonly body: string };

const web = (name: string): string => fileURLToPath(new URL(`web/${name}`, import.meta.url));

export async function assetsOf(): Promise<ReadonlyMap<string, Asset>> {
  const { outputFiles } = await build({
    entryPoints: [web("main.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    // Whoever reads it in the browser's tools reads what stands here.
    minify: false,
  });
  const file = (name: string, type: string): Asset => ({
    type: `${type}; charset=utf-8`,
    body: readFileSync(web(name), "utf8"),
  });
  return new Map([
    ["/", file("index.html", "text/html")],
    ["/style.css", file("style.css", "text/css")],
    ["/views.css", file("views.css", "text/css")],
    ["/faults.css", file("faults.css", "text/css")],
    ["/icon.svg", file("icon.svg", "image/svg+xml")],
    [
      "/page.js",
      {
        type: "text/javascript; charset=utf-8",
        body: outputFiles.map(({ text }) => text).join(""),
      },
    ],
  ]);
}
