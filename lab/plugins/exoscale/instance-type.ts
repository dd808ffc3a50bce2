/** Types of instances, as a program writes them and as the API knows them. */
import type { Api } from "./api.ts";
import { objectsOf, textOf } from "./values.ts";

/** `small` is `standard.small`. */
export async function foundType(zone: Api, wanted: string): Promise<string> {
  const [family, size] = (wanted.includes(".") ? wanted : `standard.${wanted}`)
    .toLowerCase()
    .split(".");
  const { "instance-types": types } = await zone.get("/instance-type");
  const found = objectsOf(types).find((one) => one.family === family && one.size === size);
  if (found === undefined) throw new Error(`unable to retrieve instance type: ${wanted}`);
  await zone.get(`/instance-type/${textOf(found.id)}`);
  return textOf(found.id);
}
