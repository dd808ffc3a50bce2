/** The table of roles, change by change, and the diagram that is drawn from it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Cause,
  diagram,
  type Role,
  roleAfter,
  transitions,
} from "../../../agent/core/roles.ts";

/** Written down a second time on purpose: a change of the table is a change of behaviour. */
const changes: readonly [Role, Cause, Role][] = [
  ["init", "observed", "backup"],
  ["init", "seen-holding", "master"],
  ["init", "sick", "fault"],
  ["backup", "seen-holding", "master"],
  ["backup", "sick", "fault"],
  ["backup", "paused", "init"],
  ["master", "seen-not-holding", "backup"],
  ["master", "sick", "fault"],
  ["master", "paused", "init"],
  ["fault", "well", "backup"],
  ["fault", "paused", "init"],
];
const roles: readonly Role[] = ["init", "backup", "master", "fault"];
const causes: readonly Cause[] = [
  "observed",
  "seen-holding",
  "seen-not-holding",
  "sick",
  "well",
  "paused",
];

describe("roles", () => {
  for (const from of roles)
    for (const cause of causes) {
      const to = changes.find(([a, b]) => a === from && b === cause)?.[2];
      test(`${from}, ${cause}: ${to ?? "stays"}`, () => {
        assert.equal(roleAfter(from, cause), to ?? from);
      });
    }

  test("no role is a dead end, and each can be reached from init", () => {
    const reached = new Set<Role>(["init"]);
    for (const _ of roles)
      for (const from of [...reached])
        for (const to of Object.values(transitions[from])) reached.add(to);
    assert.deepEqual([...reached].sort(), [...roles].sort());
    for (const role of roles) assert.ok(Object.keys(transitions[role]).length > 0);
  });

  test("the diagram shows each change once, and begins at init", () => {
    const lines = diagram().split("\n");
    assert.deepEqual(lines.slice(0, 2), ["stateDiagram-v2", "  [*] --> init"]);
    const drawn = changes.map(([from, cause, to]) => `  ${from} --> ${to}: ${cause}`);
    assert.deepEqual(lines.slice(2).sort(), drawn.sort());
  });
});
