/** The data of a stack file's text, as the program hands it to the component. */
import assert from "node:assert/strict";
import type { StackDeclaration } from "../../infra/index.ts";
import { readDocument } from "../../stack/document.ts";

export function dataOf(source: string): StackDeclaration {
  const read = readDocument(source, "stack.yaml");
  assert.ok(read.ok);
  return read.document.data as StackDeclaration;
}
