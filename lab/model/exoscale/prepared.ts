/** What is made of a mutating call before it begins: what it would change, or a refusal. */
import type { Change } from "./change.ts";
import type { Settings } from "./cloud.ts";
import type { World } from "./world.ts";

export type Reference = { readonly id: string; readonly kind: string };

export type Prepared = {
  /** The object that is changed, as its path. */
  readonly reference: Reference;
  /** Becomes true when the operation ends. */
  readonly change: Change;
  /** Becomes true when it begins. */
  readonly first?: Change;
};

export type Refusal = { readonly status: number; readonly message: string };

/** What a call is judged by: the world, and where new ids, addresses and times come from. */
export type Circumstances = {
  readonly world: World;
  readonly settings: Settings;
  readonly random: () => number;
  /** The server's clock. */
  readonly clockMs: number;
};

export const refusal = (status: number, message: string): Refusal => ({ status, message });

export const notFound = (what: string): Refusal => refusal(404, `${what} not found`);

/** The status of an object that is still needed is not documented; 409 says what is meant. */
export const inUse = (what: string): Refusal => refusal(409, `${what} is in use`);

export const isTaken = (named: Readonly<Record<string, { readonly name: string }>>, name: string) =>
  Object.values(named).some((one) => one.name === name);
