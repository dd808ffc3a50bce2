/** Names and addresses that the cloud gives, drawn from the step's own source of chance. */

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");

/** A UUID of version 4. */
export const newId = (random: () => number): string =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}`;

/** Locally administered; the cloud's own begin with 06 on the public side and 0a on private ones. */
export const newMac = (random: () => number, first: "06" | "0a"): string =>
  [first, ...Array.from({ length: 5 }, () => hex(random, 2))].join(":");

export const newKey = (random: () => number): string => `EXO${hex(random, 24)}`;

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export const newSecret = (random: () => number): string =>
  Array.from({ length: 43 }, () => letters[Math.floor(random() * letters.length)]).join("");

/** Addresses that share their first three bytes, from one last byte to another. */
export type Pool = { readonly prefix: string; readonly from: number; readonly to: number };

/** A free address; nothing when all are taken. Drawn, since a cloud seldom gives one twice. */
export function freeAddress(
  { prefix, from, to }: Pool,
  taken: ReadonlySet<string | undefined>,
  random: () => number,
): string | undefined {
  const free = Array.from({ length: to - from + 1 }, (_, at) => `${prefix}${from + at}`).filter(
    (address) => !taken.has(address),
  );
  return free[Math.floor(random() * free.length)];
}
