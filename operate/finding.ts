/** One thing that is not as it should be: where, what, and what to do about it. */
export type Finding = {
  /** `wrong` endangers the address; a `note` is worth knowing. */
  readonly level: "wrong" | "note";
  /** A host, an address, or the stack itself. */
  readonly where: string;
  readonly what: string;
  readonly fix: string;
};
