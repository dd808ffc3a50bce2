/** `npm run simulate:timing`: makes docs/timing.svg and the table of docs/timing.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.ts";
import { losses, type Row, study, type Yearly } from "./study.ts";

const docs = new URL("../../../docs/", import.meta.url);
const intervals = Number(process.argv[2] ?? 500_000);

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

const rows = study(intervals, 200);
const heads = losses.map((loss) => `false a year, ${loss * 100} % lost`);
const table = [
  `| interval × dead ratio | detection, median | 99 of 100 | ${heads.join(" | ")} |`,
  `| --- | ---: | ---: |${" ---: |".repeat(losses.length)}`,
  ...rows.map(rowText),
].join("\n");
writeFileSync(new URL("timing.svg", docs), chart(rows));
const page = new URL("timing.md", docs);
const text = readFileSync(page, "utf8");
writeFileSync(
  page,
  text.replace(
    /<!-- table -->[\s\S]*<!-- end of table -->/,
    `<!-- table -->\n${table}\n<!-- end of table -->`,
  ),
);
console.log(table);
