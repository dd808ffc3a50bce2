/** The reference page of the stack file, written from its schema: every key with its meaning. */
import { jsonSchema } from "./schema.ts";

type Schema = {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
};

/** The page as Markdown: one table for each section, in the order of the schema. */
export function referencePage(): string {
  const sections: string[] = [];
  walk("", jsonSchema() as Schema, sections);
  return `# The stack file

<!-- Written by \`npm run schema\` from stack/schema.ts; edits here are lost. -->

Every key, with its default. A name in angle brackets is yours to choose. A time is a number with
its unit, such as \`200ms\` or \`1s\`. A secret is never written here but named, by \`\${env:NAME}\`,
\`\${file:PATH}\` (from the stack file's folder) or \`\${pulumi:NAME}\`.

${sections.join("\n")}`;
}

/** Adds the table of a section, then those of the sections inside it. */
function walk(path: string, schema: Schema, sections: string[]): void {
  for (const { title, section } of sectionsOf(path, schema)) {
    const rows = Object.entries(section.properties ?? {});
    if (rows.length === 0) continue;
    const required = section.required ?? [];
    const lines = rows.map(([key, value]) => row(key, value, required.includes(key)));
    const heading = title === "" ? "## Top level" : `## \`${title}\``;
    sections.push(
      [heading, "", "| key | value | meaning |", "| --- | --- | --- |", ...lines, ""].join("\n"),
    );
    for (const [key, value] of rows) walk(title === "" ? key : `${title}.${key}`, value, sections);
  }
}

/** The sections that a value may be: itself, one of several, or one for each name. */
function sectionsOf(path: string, schema: Schema): { title: string; section: Schema }[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) {
    return alternatives.flatMap((alternative) => {
      const chosen = alternative.properties?.provider?.const;
      const title = chosen === undefined ? path : `${path} (${String(chosen)})`;
      return sectionsOf(title, alternative);
    });
  }
  if (schema.properties !== undefined) return [{ title: path, section: schema }];
  if (typeof schema.additionalProperties === "object") {
    return sectionsOf(`${path}.<name>`, schema.additionalProperties);
  }
  return schema.items === undefined ? [] : sectionsOf(`${path}[]`, schema.items);
}

function row(key: string, schema: Schema, required: boolean): string {
  const meaning = `${schema.description ?? ""}${required ? " **Required.**" : ""}`.trim();
  return `| \`${key}\` | ${kindOf(schema)} | ${meaning.replaceAll("|", "\\|")} |`;
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(kindOf))].join(" or ");
  if (schema.items !== undefined) return `list of ${kindOf(schema.items)}`;
  if (schema.properties !== undefined) return "section";
  if (typeof schema.additionalProperties === "object") {
    return `names, each with ${kindOf(schema.additionalProperties)}`;
  }
  return (
    { integer: "number", boolean: "true or false", string: "text" }[schema.type ?? ""] ??
    schema.type ??
    ""
  );
}
