/** What a schema allows, and the line that tells what it does not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ApiDocument, judged } from "./document.ts";
import { faultsOf, type Schema } from "./schema.ts";

const named: Readonly<Record<string, Schema>> = {
  "#/zone": { type: "string", enum: ["ch-gva-2", "at-vie-1"] },
  "#/again": { $ref: "#/zone", description: "One more step" },
};
const resolve = (reference: string): Schema => named[reference] ?? {};
const faults = (value: unknown, schema: Schema, side: "request" | "answer" = "answer") =>
  faultsOf(value, schema, { resolve, side, at: "$" });

const fine: readonly (readonly [unknown, Schema])[] = [
  ["ch-gva-2", { $ref: "#/again" }],
  [{ a: 1 }, { type: "object", properties: { a: { type: "integer" } }, required: ["a"] }],
  [{ any: "thing" }, { type: "object" }],
  [{ label: "text" }, { type: "object", additionalProperties: { type: "string" } }],
  [null, { type: "string", nullable: true }],
  [null, { type: ["integer", "null"] }],
  [1.5, { type: "number", format: "double" }],
  [2, { type: "number" }],
  ["2026-01-01T00:00:00Z", { type: "string", format: "date-time" }],
  ["203.0.113.7", { type: "string", format: "ipv4" }],
  ["aGVsbG8=", { type: "string", format: "byte" }],
  [1, { type: "integer", minimum: 1, maximum: 1 }],
];

const wrong: readonly (readonly [unknown, Schema, string])[] = [
  ["xx", { $ref: "#/again" }, '$ is "xx": enum ["ch-gva-2","at-vie-1"]'],
  [{}, { type: "object", required: ["a"] }, "$.a is missing"],
  [{ b: 1 }, { type: "object", properties: { a: {} } }, "$.b is not in the document"],
  [{ b: 1 }, { additionalProperties: { type: "string" } }, "$.b is 1, and no string"],
  [{ constructor: 1 }, { properties: {} }, "$.constructor is not in the document"],
  [{ a: [{ b: 1 }] }, { properties: { a: { items: { type: "string" } } } }, "$.a[0] is"],
  [null, { type: "string" }, "$ is null, and no string"],
  [1.5, { type: "integer" }, "$ is 1.5, and no integer"],
  [1, { minimum: 1, exclusiveMinimum: true }, "$ is 1: minimum 1"],
  [2, { maximum: 1 }, "$ is 2: maximum 1"],
  ["", { minLength: 1 }, '$ is "": minLength 1'],
  ["ab", { maxLength: 1 }, '$ is "ab": maxLength 1'],
  ["a b", { pattern: "^\\S+$" }, '$ is "a b": pattern "^\\\\S+$"'],
  [[1, 1], { uniqueItems: true }, "$ is [1,1]: uniqueItems true"],
  [[1, 2], { maxItems: 1 }, "$ is [1,2]: maxItems 1"],
  [{}, { minProperties: 1 }, "$ is {}: minProperties 1"],
  ["203.0.113.256", { format: "ipv4" }, '$ is "203.0.113.256": format "ipv4"'],
  ["2026-13-01T00:00:00Z", { format: "date-time" }, 'format "date-time"'],
  ["2026-01-01", { format: "date-time" }, 'format "date-time"'],
  ["11111111-1111", { format: "uuid" }, 'format "uuid"'],
];

describe("a value and its schema", () => {
  for (const [value, schema] of fine)
    test(`${JSON.stringify(value)} is ${JSON.stringify(schema)}`, () => {
      assert.deepEqual(faults(value, schema), []);
    });
  for (const [value, schema, line] of wrong)
    test(`${JSON.stringify(value)} is not ${JSON.stringify(schema)}`, () => {
      const lines = faults(value, schema);
      assert.equal(lines.length, 1);
      assert.ok(lines[0]?.includes(line), lines[0]);
    });
  test("what only the cloud tells is required of its answers alone", () => {
    const schema = { properties: { id: { readOnly: true } }, required: ["id"] };
    assert.deepEqual(faults({}, schema, "request"), []);
    assert.deepEqual(faults({}, schema, "answer"), ["$.id is missing"]);
  });
  test("a keyword and a format that are not understood are no pass", () => {
    assert.throws(() => faults(1, { oneOf: [] }), /oneOf/);
    assert.throws(() => faults("x", { format: "hostname" }), /hostname/);
  });
});

describe("a request, its answer and a document", () => {
  const json = (schema: Schema) => ({ content: { "application/json": { schema } } });
  const document: ApiDocument = {
    resolve,
    entries: [
      {
        method: "PUT",
        path: "/thing/{id}:turn",
        operation: {
          operationId: "turn-thing",
          parameters: [
            { in: "path", name: "id", required: true, schema: { type: "integer" } },
            { in: "query", name: "fast", required: false, schema: { type: "boolean" } },
          ],
          requestBody: json({ type: "object", properties: { to: {} }, required: ["to"] }),
          responses: { "200": json({ type: "object", properties: { id: {} } }) },
        },
      },
    ],
  };
  const contentType = "application/json";
  const plain = { method: "PUT", target: "/v2/thing/1:turn?fast=true", contentType } as const;
  const exchange = { ...plain, body: '{"to":1}', call: undefined };
  const answer = { status: 200, contentType, body: '{"id":1}' };

  test("all is as it says", () => {
    assert.deepEqual(judged(document, { ...exchange, answer }), []);
    const refused = { status: 403, contentType, body: '{"message":"no"}' };
    assert.deepEqual(judged(document, { ...exchange, answer: refused }), []);
    assert.deepEqual(judged(document, exchange), [], "an answer that never came is none");
  });
  for (const [what, change, line] of [
    ["another method", { method: "POST" }, "no such call"],
    ["another path", { target: "/v2/thing/1:burn" }, "no such call"],
    ["a part of the path", { target: "/v2/thing/x:turn" }, 'id is "x", and no integer'],
    ["an unknown parameter", { target: "/v2/thing/1:turn?slow=1" }, "slow is not in the document"],
    ["a parameter's kind", { target: "/v2/thing/1:turn?fast=1" }, 'fast is "1", and no boolean'],
    ["another call", { call: "get-instance" }, "was taken for get-instance"],
    ["no body", { body: "" }, "body.to is missing"],
    ["a body of no kind", { contentType: "text/plain" }, "a body of type text/plain"],
    ["a body that is cut", { body: '{"to"' }, "the body is not JSON"],
    ["another status", { answer: { ...answer, status: 201 } }, "status 201 is not in"],
    ["another type", { answer: { ...answer, contentType: "text/html" } }, "of type text/html"],
    ["an answer that is cut", { answer: { ...answer, body: "{" } }, "the answer is not JSON"],
    ["another field", { answer: { ...answer, body: '{"ID":1}' } }, "answer.ID is not in"],
    [
      "an error that says nothing",
      { answer: { ...answer, status: 500, body: "{}" } },
      "message is",
    ],
  ] as const)
    test(`${what} is told`, () => {
      const lines = judged(document, { ...exchange, answer, ...change });
      assert.equal(lines.length, 1, JSON.stringify(lines));
      assert.ok(lines[0]?.includes(line), lines[0]);
    });
});
