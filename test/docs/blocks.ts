/**
 * What the documents tell readers to type, as the tests run it. The first line of a block says
 * where that is:
 *
 *     sh                      in a folder of its own, the blocks of a page in order
 *     sh in-cloud             the same, against the emulated cloud
 *     sh not-run: REASON      nowhere
 *     console                 as sh; below the command stands what it prints
 *     console in-lab          at the desk of a lab
 *     console in-lab exit 3   the same, where the command ends with that; also without in-lab
 *     yaml                    is a stack file
 *     yaml stack.yaml         and is written under that name, where the commands after it find it
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A command that is shown with what it prints. */
export type Screen = {
  readonly place: string;
  readonly command: string;
  readonly prints: readonly string[];
  readonly exit: number;
};

type Block = { readonly place: string; readonly text: string } & (
  | { readonly kind: "script"; readonly runs: "here" | "cloud" }
  | { readonly kind: "screen"; readonly runs: "here" | "lab"; readonly exit: number }
  | { readonly kind: "not run"; readonly reason: string }
  | { readonly kind: "stack file"; readonly name: string | undefined }
);

/** Languages of what is typed; blocks of others are shown only. */
const typed = ["sh", "console", "yaml"];

/** @throws where a block does not say rightly where it runs */
export function blocksOf(page: string): readonly Block[] {
  const source = readFileSync(join(root, page), "utf8");
  return [...source.matchAll(/^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm)].flatMap((found) => {
    const [, language = "", mark = "", text = ""] = found;
    const place = `${page}:${source.slice(0, found.index).split("\n").length}`;
    assert.equal(language === "console", text.startsWith("$ "), `${place}: is it a screen?`);
    return typed.includes(language) ? [{ place, text, ...kindOf(language, mark, place) }] : [];
  });
}

function kindOf(language: string, mark: string, place: string) {
  const [, reason] = /^not-run: (.+)$/.exec(mark) ?? [];
  const [screen, lab, exit = "0"] = /^(in-lab)?(?:(?:^| )exit (\d))?$/.exec(mark) ?? [];
  if (language === "yaml") return { kind: "stack file", name: mark || undefined } as const;
  if (reason !== undefined) return { kind: "not run", reason } as const;
  if (language === "console" && screen !== undefined)
    return { kind: "screen", runs: lab ? "lab" : "here", exit: Number(exit) } as const;
  if (mark === "") return { kind: "script", runs: "here" } as const;
  if (mark === "in-cloud") return { kind: "script", runs: "cloud" } as const;
  return assert.fail(`${place}: "${language} ${mark}" does not say where it runs`);
}

/** The screens of a page that are made here, or in the lab. */
export const screensOf = (page: string, runs: "here" | "lab"): readonly Screen[] =>
  blocksOf(page).flatMap((block) => {
    if (block.kind !== "screen" || block.runs !== runs) return [];
    const [first = "", ...prints] = block.text.trimEnd().split("\n");
    return [{ place: block.place, command: first.slice(2), prints, exit: block.exit }];
  });

/** The lines of `npx baton lab` that a page shows, each as its words. */
export const labWordsOf = (page: string): readonly (readonly string[])[] =>
  blocksOf(page).flatMap(({ text }) =>
    [...text.matchAll(/^npx baton lab (.+?)(?: +#.*)?$/gm)].map(([, words = ""]) =>
      words.split(" "),
    ),
  );

/** Where the script of a page keeps what the command of a screen prints. */
export const printedBy = ({ place }: Screen): string => `${place.replace(/\W/g, "-")}.screen`;

/** One script of all that is typed on a page, which ends at the first command that fails. */
export function scriptOf(page: string, runs: "here" | "cloud"): string {
  const screens = screensOf(page, "here");
  const lines = blocksOf(page).map((block) => {
    if (block.kind === "stack file" && block.name !== undefined)
      return `cat > ${block.name} <<'END OF FILE'\n${block.text}END OF FILE`;
    if (block.kind === "script" && block.runs === runs) return block.text;
    const screen = runs === "here" && screens.find(({ place }) => place === block.place);
    if (!screen) return "";
    const file = printedBy(screen);
    const end = `[ $code = ${screen.exit} ] || { cat ${file}; exit 1; }`;
    return `code=0; { ${screen.command}\n} > ${file} 2>&1 || code=$?; ${end}`;
  });
  return lines.filter((line) => line !== "").join("\n");
}

/**
 * Lines that a screen shows and that did not come (−), and those that came and are not shown (+),
 * whatever their figures; `…` stands for any others. Which of two load balancers is which is chance,
 * and the same for all lines.
 */
export function differences(output: string, { prints }: Screen): readonly string[] {
  const came = output.split("\n");
  const [asShown, swapped] = [between(prints, came), between(prints.map(otherNames), came)];
  return swapped.length < asShown.length ? swapped : asShown;
}

function between(shown: readonly string[], came: readonly string[]): readonly string[] {
  const missing = surplus(shown, came).filter((line) => line !== "…");
  const more = shown.includes("…") ? [] : surplus(came, shown);
  return [...missing.map((line) => `− ${line}`), ...more.map((line) => `+ ${line}`)];
}

/** Lines of the one that the other has not, or has not so often; empty ones count nothing. */
function surplus(one: readonly string[], other: readonly string[]): readonly string[] {
  const left = other.map(shape);
  return one.filter((line) => {
    const own = shape(line);
    const at = left.indexOf(own);
    // What may come more or less often is there for all that are like it.
    if (at >= 0 && !mayRepeat(own)) left.splice(at, 1);
    return own !== "" && at < 0;
  });
}

/** Of the moves that an agent has seen, there are as many as there were before the screen. */
const mayRepeat = (shaped: string): boolean => shaped === "#-#-#T#:#:#Z";

const otherNames = (line: string): string =>
  line.replace(/\blb[12]\b/g, (name) => (name === "lb1" ? "lb2" : "lb1"));

/** A line without what differs from run to run: figures, moves of before, and what chance adds. */
const shape = (line: string): string =>
  line
    .replace(/, \d+ that were open were cut short/, "")
    .replace(/(T[\d:]+Z) .+/, "$1")
    .replace(/\b\d[\d.]* ?m?s\b|(?<!\blb)\d+/g, "#")
    .replace(/[█▒·]+/g, "#")
    .replace(/\s+/g, " ")
    .trim();
