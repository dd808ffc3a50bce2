/** One thing that is not as it should be: where, what, and what to do about it. */
export type Finding = {
  /**
   * `wrong` endangers the address; a `note` is worth knowing; `unseen` could not be looked at; `ok`
   * was looked at and is right.
   */
  readonly level: "wrong" | "note" | "unseen" | "ok";
  /** A host, an address, or the stack itself. */
  readonly where: string;
  readonly what: string;
  /** Empty where nothing is to be done. */
  readonly fix: string;
};

export const ok = (where: string, what: string): Finding => ({ level: "ok", where, what, fix: "" });

export const wrong = (where: string, what: string, fix: string): Finding => ({
  level: "wrong",
  where,
  what,
  fix,
});

export const note = (where: string, what: string, fix: string): Finding => ({
  level: "note",
  where,
  what,
  fix,
});

export const unseen = (where: string, what: string, fix: string): Finding => ({
  level: "unseen",
  where,
  what,
  fix,
});
