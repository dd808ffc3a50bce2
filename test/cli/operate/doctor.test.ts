/** `baton doctor` where the cloud or the stack file is not as it should be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { baton, root } from "../command.ts";
import { standUp } from "./stand.ts";

test("a key that may not look at the hosts: all that it may not is told, and all else", async (context) => {
  const stand = await standUp(context);
  for (const call of ["list-instances", "stop-instance"] as const)
    stand.fault(call, 403, "forbidden by role policy");
  const { status, stdout, stderr } = await stand.baton("doctor");
  assert.equal(status, 3, stderr);
  assert.match(stdout, /^wrong {2}key: it may not: list-instances, stop-instance$/m);
  assert.match(stdout, /^wrong {2}hosts: not seen: GET \/instance: .*forbidden by role policy$/m);
  assert.match(stdout, /^ok {5}zone: /m);
});

test("the stack file and the facts are not both read from standard input", () => {
  const { status, stderr } = baton(root, ["doctor", "-", "--facts", "-"]);
  assert.equal(status, 2);
  assert.match(stderr, /the stack file and the facts cannot both come from standard input/);
});
