/** `npm run simulate:timing`: makes docs/timing.svg and the table of docs/timing.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { perform, wholeNumber } from "../command.ts";
import { chart } from "./chart.ts";
import { losses, type Row, study, type Yearly } from "./study.ts";

const docs = new URL("../../../docs/", import.meta.url);

const usage = `npm run simulate:timing -- OPTIONS
  --intervals 1000         counts over so many each, not half a million; prints, and writes nothing`;

const rounded = (value: number): string =>
  Number(value.toPrecision(value >= 100 ? 2 : 1)).toLocaleString("en-US", {
    maximumFractionDigits: 4,
  });

const yearlyText = ({ perYear, seen }: Yearly): string =>
  perYear === 0 ? "none" : `${seen ? "" : "≤ "}${rounded(perYear)}`;

function rowText({ profile, medianMs, lateMs, yearly }: Row): string {
  const name = `${profile.intervalMs} ms × ${profile.deadRatio}`;
  const times = [medianMs, lateMs].map((ms) => `${(ms / 1000).toFixed(2)} s`);
  return `| ${[name, ...times, ...yearly.map(yearlyText)].join(" | ")} |`;
}

function tableOf(rows: readonly Row[]): string {
  const heads = losses.map((loss) => `false a year, ${loss * 100} % lost`);
  return [
    `| interval × dead ratio | detection, median | 99 of 100 | ${heads.join(" | ")} |`,
    `| --- | ---: | ---: |${" ---: |".repeat(losses.length)}`,
    ...rows.map(rowText),
  ].join("\n");
}

function write(rows: readonly Row[]): void {
  writeFileSync(new URL("timing.svg", docs), chart(rows));
  const page = new URL("timing.md", docs);
  const text = readFileSync(page, "utf8");
  const table = `<!-- table -->\n${tableOf(rows)}\n<!-- end of table -->`;
  writeFileSync(page, text.replace(/<!-- table -->[\s\S]*<!-- end of table -->/, table));
}

function main(): number {
  const options = { intervals: { type: "string" }, help: { type: "boolean" } } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const intervals = wholeNumber("--intervals", values.intervals, 1, 1e8);
  const rows = study(intervals ?? 500_000, 200);
  if (intervals === undefined) write(rows);
  console.log(tableOf(rows));
  return 0;
}

await perform(usage, main);
