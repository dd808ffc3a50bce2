/** What people type after a verb, checked before anything befalls the lab. */
import { WorldFailure } from "../../stack/failure.ts";

/**
 * Holds arguments against a verb's usage: `NODE LOSS% [DELAY_MS]` is one or two words more than the
 * node, and `…` stands for any number.
 * @throws WorldFailure that names what is missing, or what is too much
 */
export function checkCount(verb: string, usage: string, args: readonly string[]): void {
  const words = usage.split(" ").filter((word) => word !== "");
  const needed = words.filter((word) => !word.startsWith("["));
  const given = `${verb} ${usage}`.trim();
  const missing = needed[args.length];
  if (missing !== undefined) throw new WorldFailure(`${missing} is missing`, `type: ${given}`);
  if (usage.includes("…") || args.length <= words.length) return;
  throw new WorldFailure(
    `"${args.slice(words.length).join(" ")}" is more than \`${verb}\` takes`,
    `type: ${given}`,
  );
}

/** @throws WorldFailure for what is no number within the range */
export function numberIn(text: string, what: string, [least, most]: readonly [number, number]) {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new WorldFailure(`"${text}" is no ${what}`, `give a number from ${least} to ${most}`);
}

/** @throws WorldFailure for what is no whole number within the range */
export function wholeIn(text: string, what: string, range: readonly [number, number]): number {
  const value = numberIn(text, what, range);
  if (Number.isInteger(value)) return value;
  throw new WorldFailure(`"${text}" is no ${what}`, "give a whole number");
}
