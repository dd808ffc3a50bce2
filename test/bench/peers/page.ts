/** The page in the documents: what was measured stands between its marks, and nowhere else. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pictureOf } from "./picture.ts";
import { type Results, resultsIn, textOf } from "./results.ts";
import { claimsOf, costsOf, tableOf } from "./table.ts";

const docs = new URL("../../../docs/", import.meta.url);

export const pageFile = new URL("side-by-side.md", docs);
/** The page's words; its figures come from a run. */
const wordsFile = new URL("page.txt", import.meta.url);
export const pictureFile = new URL("side-by-side.svg", docs);
const measuredFile = new URL("measured.jsonl", import.meta.url);

const parts: Readonly<Record<string, (results: Results) => string>> = {
  machine: ({ machine }) => machine,
  table: tableOf,
  claims: claimsOf,
  costs: costsOf,
};

/** @throws Error when the page has lost a mark */
export function pageWith(page: string, results: Results): string {
  return Object.entries(parts).reduce((text, [name, render]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${pageFile.pathname} has no ${begin} … ${end}`);
    return `${text.slice(0, from + begin.length)}\n${render(results)}\n${text.slice(to)}`;
  }, page);
}

/** What the page's figures were made of; nothing before the first full run. */
export const measured = (): Results | undefined =>
  existsSync(measuredFile) ? resultsIn(readFileSync(measuredFile, "utf8")) : undefined;

export function write(results: Results): void {
  writeFileSync(measuredFile, textOf(results));
  writeFileSync(pageFile, pageWith(readFileSync(wordsFile, "utf8"), results));
  writeFileSync(pictureFile, pictureOf(results));
}
