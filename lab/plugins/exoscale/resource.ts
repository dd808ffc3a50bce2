/** What a resource of the provider is, and how a planned one differs from what there is. */
import type { Api } from "./api.ts";
import { type Fields, isFields, isZero } from "./values.ts";

export type Property = {
  readonly required?: true;
  /** Another value is another object. */
  readonly replaces?: true;
  /** When nothing is given, whatever the cloud says is right. */
  readonly computed?: true;
  readonly default?: unknown;
  /** In which order the items come means nothing. */
  readonly isSet?: true;
  readonly isMap?: true;
  readonly ignoresCase?: true;
};

export type Resource = {
  readonly properties: Readonly<Record<string, Property>>;
  /** Known only once the object exists. */
  readonly outputs: readonly string[];
  readonly secrets?: readonly string[];
  /** What is wrong with the inputs, beyond what is missing. */
  readonly check?: (inputs: Fields) => readonly { property: string; reason: string }[];
  /** @returns the new object's id; its state is then read */
  readonly create: (api: Api, inputs: Fields) => Promise<Created>;
  /**
   * @param state what was known before: not everything can be read back
   * @returns undefined when the object is gone
   */
  readonly read: (api: Api, id: string, state: Fields) => Promise<Fields | undefined>;
  /** Absent where every change replaces. */
  readonly update?: (api: Api, id: string, plan: Plan) => Promise<void>;
  readonly remove: (api: Api, id: string, state: Fields) => Promise<void>;
};

export type Created = {
  readonly id: string;
  /** What is told at its birth and never again. */
  readonly told?: Fields;
  /** What is left to do; when it fails, the object is there all the same. */
  readonly finish?: () => Promise<void>;
};

export type Plan = {
  readonly olds: Fields;
  /** With defaults, and with what is left as it is. */
  readonly news: Fields;
  readonly changed: ReadonlySet<string>;
};

/** How the engine names a value that only the update itself will know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isUnknown = (value: unknown): boolean =>
  value === unknown ||
  (Array.isArray(value) && value.some(isUnknown)) ||
  (isFields(value) && Object.values(value).some(isUnknown));

/** The inputs as they will be: what is ignored or left to the cloud stays as it was. */
export function planned(
  { properties }: Resource,
  olds: Fields,
  inputs: Fields,
  ignored: readonly string[],
): Plan {
  const news: Record<string, unknown> = {};
  const changed = new Set<string>();
  for (const [name, property] of Object.entries(properties)) {
    const wanted = inputs[name] ?? property.default;
    const kept = ignored.includes(name) || (property.computed === true && wanted === undefined);
    news[name] = kept ? olds[name] : wanted;
    if (!kept && !isSame(property, olds[name], wanted)) changed.add(name);
  }
  return { olds, news, changed };
}

function isSame(property: Property, old: unknown, wanted: unknown): boolean {
  if (isUnknown(wanted)) return false;
  if (isZero(old) && isZero(wanted)) return true;
  if (property.ignoresCase === true)
    return String(old ?? "").toLowerCase() === String(wanted ?? "").toLowerCase();
  // Of labels, one that is not wanted has to go.
  if (property.isMap === true) return covers(old, wanted) && covers(wanted, old);
  if (property.isSet !== true || !Array.isArray(wanted)) return covers(old, wanted);
  const left = Array.isArray(old) ? [...old] : [];
  for (const item of wanted) {
    const at = left.findIndex((one) => covers(one, item));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}

/** Whether what there is has all that is wanted; a field that is not given is left to the cloud. */
export function covers(old: unknown, wanted: unknown): boolean {
  if (isZero(old) && isZero(wanted)) return true;
  if (Array.isArray(wanted))
    return (
      Array.isArray(old) &&
      old.length === wanted.length &&
      wanted.every((item, at) => covers(old[at], item))
    );
  if (!isFields(wanted)) return old === wanted;
  return isFields(old) && Object.entries(wanted).every(([name, one]) => covers(old[name], one));
}
