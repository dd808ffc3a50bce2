/** Writes what is made of the schema: the JSON Schema for editors, and the reference page. */
import { writeFileSync } from "node:fs";
import { referencePage } from "./reference-page.ts";
import { jsonSchema } from "./schema.ts";

const near = (path: string): URL => new URL(path, import.meta.url);

writeFileSync(near("schema.json"), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
writeFileSync(near("../docs/stack-file.md"), referencePage());
