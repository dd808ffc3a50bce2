/** The library that exoip speaks with does on the emulated v1 what exoip does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ids } from "../lab/world.ts";
import { done, startWatched } from "./cloud.ts";
import { isLeftOut, leftOut } from "./made.ts";
import type { Ask } from "./session.ts";

const skip = isLeftOut && leftOut;
const ip = "203.0.113.7";

type Machine = {
  readonly id: string;
  readonly name: string;
  readonly securitygroup: readonly { readonly name: string }[];
  readonly nic: readonly {
    readonly id: string;
    readonly isdefault: boolean;
    readonly ipaddress: string;
    readonly secondaryip?: readonly { readonly id: string; readonly ipaddress: string }[];
  }[];
};

const nicOf = ({ nic: [first] }: Machine) => first ?? assert.fail("it has no interface");

const machine = (ask: Ask, id: string) => done<Machine>(ask, { operation: "get", id });

async function started(t: Parameters<typeof startWatched>[0]) {
  const cloud = await startWatched(t);
  const endpoint = cloud.endpoint.replace("/v2", "/compute");
  return { cloud, endpoint, ask: await cloud.client("egoscale-v1", { endpoint }) };
}

test("exoip's library finds machines, and the address on the one that holds", {
  skip,
}, async (t) => {
  const { ask } = await started(t);
  const all = await done<Machine[]>(ask, { operation: "list" });
  assert.deepEqual(
    all.map(({ name }) => name),
    ["lb1", "lb2", "app1"],
  );
  const lb1 = await machine(ask, ids.lb1);
  assert.deepEqual(
    lb1.securitygroup.map(({ name }) => name),
    ["load-balancer"],
  );
  assert.equal(nicOf(lb1).isdefault, true);
  assert.deepEqual(
    nicOf(lb1).secondaryip?.map(({ ipaddress }) => ipaddress),
    [ip],
  );
  const byAddress = { operation: "get-by-address", ip: nicOf(lb1).ipaddress };
  assert.equal((await done<Machine>(ask, byAddress)).id, ids.lb1);
  const nobody = await ask({ operation: "get", id: ids.second });
  assert.match(nobody.kind === "failed" ? nobody.text : "", /not found/);
});

test("it adds an address, removes it from the other, and waits for each", { skip }, async (t) => {
  const { cloud, ask } = await started(t);
  const [lb1, lb2] = [await machine(ask, ids.lb1), await machine(ask, ids.lb2)];
  const added = await done<{ ipaddress: string; nicid: string }>(ask, {
    operation: "add",
    id: nicOf(lb2).id,
    ip,
  });
  assert.deepEqual([added.ipaddress, added.nicid], [ip, nicOf(lb2).id]);
  assert.deepEqual(cloud.holders(ids.address), [ids.lb1, ids.lb2]);
  const id = nicOf(lb1).secondaryip?.[0]?.id ?? assert.fail("lb1 does not hold");
  await done(ask, { operation: "remove", id });
  assert.deepEqual(cloud.holders(ids.address), [ids.lb2]);
  // The document that v2 is held to knows nothing of these.
  assert.deepEqual(cloud.exchanges, []);
});

test("it is told why: a refusal, an error, and an operation that failed", { skip }, async (t) => {
  const { cloud, endpoint, ask } = await started(t);
  const { id } = nicOf(await machine(ask, ids.lb2));
  const add = { operation: "add", id, ip };
  const stranger = await cloud.client("egoscale-v1", { endpoint, secret: "wrong" });
  const refused = await stranger({ operation: "list" });
  assert.match(refused.kind === "failed" ? refused.text : "", /403.*signature/);
  for (const [effect, words] of [
    [{ kind: "error", status: 500 }, /500/],
    [{ kind: "operation", state: "failure", reason: "busy" }, /busy/],
  ] as const) {
    cloud.input({ kind: "fault", fault: { name: "it", effect } });
    const failed = await ask(add);
    assert.match(failed.kind === "failed" ? failed.text : "it succeeded", words);
    cloud.input({ kind: "mend", name: "it" });
  }
  assert.deepEqual(cloud.holders(ids.address), [ids.lb1]);
});
