/** The calls that the emulated cloud serves, as the document knows them. */
import { routes } from "../../lab/emulators/exoscale-routes.ts";
import { type ApiDocument, type Entry, entryOf } from "./document.ts";
import { leastBody, nothing } from "./least.ts";

export type Served = {
  readonly entry: Entry;
  /** A request of it that names nothing that exists. */
  readonly target: string;
  readonly path: readonly string[];
  readonly body: object | undefined;
};

/** @throws Error for a route that the document does not know */
export const servedIn = (document: ApiDocument): readonly Served[] =>
  routes.map((route) => {
    const [method = "", pattern = ""] = route.split(" ");
    const path: string[] = [];
    const target = `/v2/${pattern}`.replace(/:(id|name)\b/g, (_, kind) => {
      path.push(kind === "id" ? nothing : "nothing");
      return path.at(-1) ?? "";
    });
    const found = entryOf(document, method, target);
    if (found === undefined) throw new Error(`${route}: no such call in the document`);
    return { entry: found.entry, target, path, body: leastBody(document, found.entry) };
  });
