/** Readers of JSON whose shape is known by its source and not by its type. */

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const objectsOf = (value: unknown): readonly Fields[] => listOf(value).map(fieldsOf);

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export const textsOf = (value: unknown): readonly string[] => listOf(value).map(textOf);

/** `[{id}]` as a list of ids. */
export const idsOf = (value: unknown): readonly string[] =>
  objectsOf(value).map(({ id }) => textOf(id));

export const refs = (ids: unknown): readonly Fields[] => textsOf(ids).map((id) => ({ id }));

/** What the provider takes for not given: its SDK knows no difference from a type's zero. */
export const isZero = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (isFields(value) && Object.keys(value).length === 0);

/** Only the fields that say something. */
export const given = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isZero(value)));
