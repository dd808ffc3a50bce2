/**
 * What the documents tell their readers to type, as the tests run it. The first line of a block says
 * where that is:
 *
 *     sh                      in a folder of its own, the blocks of a page in order
 *     sh in-cloud             in a copy of the project, against the emulated cloud, in order
 *     console in-lab          at the desk of a lab; below the command stands what it prints
 *     console in-lab exit 3   the same, where the command has something to tell
 *     sh not-run: REASON      nowhere
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

type Where =
  | { readonly runs: "here" | "cloud" }
  | { readonly runs: "lab"; readonly exit: number }
  | { readonly runs: "nowhere"; readonly reason: string }
  | { readonly runs: "as stack file"; readonly name: string | undefined };

export type Block = Where & { readonly place: string; readonly text: string };

/** Languages of what is typed; blocks of others are shown only. */
const typed = ["sh", "console", "yaml"];

/** @throws where a block does not say rightly where it runs */
export function blocksOf(page: string): readonly Block[] {
  const source = readFileSync(join(root, page), "utf8");
  return [...source.matchAll(/^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm)].flatMap((found) => {
    const [, language = "", mark, text = ""] = found;
    const place = `${page}:${source.slice(0, found.index).split("\n").length}`;
    assert.ok(language === "console" || !/^\$ /m.test(text), `${place}: it shows a command`);
    return typed.includes(language) ? [{ ...whereOf(language, mark, place), place, text }] : [];
  });
}

function whereOf(language: string, mark: string | undefined, place: string): Where {
  if (language === "yaml") return { runs: "as stack file", name: mark };
  const [, reason] = /^not-run: (.+)$/.exec(mark ?? "") ?? [];
  if (reason !== undefined) return { runs: "nowhere", reason };
  const [inLab, exit = "0"] = /^in-lab(?: exit (\d))?$/.exec(mark ?? "") ?? [];
  if (language === "console" && inLab) return { runs: "lab", exit: Number(exit) };
  if (language === "sh" && mark === undefined) return { runs: "here" };
  if (language === "sh" && mark === "in-cloud") return { runs: "cloud" };
  return assert.fail(`${place}: "${language} ${mark ?? ""}" does not say where it runs`);
}

/** One script of a page's commands, which ends at the first that fails. */
export const scriptOf = (page: string, runs: "here" | "cloud"): string =>
  blocksOf(page)
    .flatMap((block) => {
      if (block.runs === runs) return [block.text];
      if (block.runs !== "as stack file" || block.name === undefined) return [];
      return [`cat > ${block.name} <<'END OF FILE'\n${block.text}END OF FILE\n`];
    })
    .join("\n");

/** A command that is shown with what it prints. */
export type Screen = {
  readonly place: string;
  readonly command: string;
  readonly prints: readonly string[];
  readonly exit: number;
};

/** The screens of all pages that are run in the lab. */
export const screens = (): readonly Screen[] =>
  pages.flatMap(blocksOf).flatMap((block) => {
    if (block.runs !== "lab") return [];
    const [first = "", ...prints] = block.text.trimEnd().split("\n");
    assert.match(first, /^\$ /, `${block.place}: a screen begins with its command`);
    return [{ place: block.place, command: first.slice(2), prints, exit: block.exit }];
  });
