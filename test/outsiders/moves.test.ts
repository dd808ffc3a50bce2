/** Official clients list what is in the emulated zone, move an address, and wait for it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ids } from "../lab/world.ts";
import { done, startWatched } from "./cloud.ts";
import { isLeftOut, leftOut } from "./made.ts";
import { outsiders } from "./session.ts";

type Listed<Name extends string> = {
  readonly [name in Name]: readonly Readonly<Record<string, string>>[];
};
type Operation = { readonly state: string; readonly reference: { readonly id: string } };

const attach = {
  operation: "attach-instance-to-elastic-ip",
  path: [ids.address],
  body: { instance: { id: ids.lb2 } },
  wait: true,
};
const detach = { ...attach, operation: "detach-instance-from-elastic-ip" };
const skip = isLeftOut && leftOut;

describe("official clients", { concurrency: 8, skip }, () => {
  for (const outsider of outsiders) {
    test(`${outsider} lists zones, addresses and instances, and sees who holds`, async (t) => {
      const cloud = await startWatched(t);
      const ask = await cloud.client(outsider);
      const { zones } = await done<Listed<"zones">>(ask, { operation: "list-zones" });
      assert.deepEqual(
        zones.map((zone) => [zone.name, zone["api-endpoint"]]),
        [["ch-gva-2", cloud.endpoint]],
      );
      const { "elastic-ips": addresses } = await done<Listed<"elastic-ips">>(ask, {
        operation: "list-elastic-ips",
      });
      assert.deepEqual(
        addresses.map(({ id, ip }) => [id, ip]),
        [
          [ids.address, "203.0.113.7"],
          [ids.second, "203.0.113.8"],
        ],
      );
      const { instances } = await done<Listed<"instances">>(ask, { operation: "list-instances" });
      assert.deepEqual(
        instances.map(({ name, state }) => `${name} ${state}`),
        ["lb1 running", "lb2 running", "app1 running"],
      );
      const lb1 = await done<Listed<"elastic-ips">>(ask, {
        operation: "get-instance",
        path: [ids.lb1],
      });
      assert.deepEqual(
        lb1["elastic-ips"].map(({ id }) => id),
        [ids.address],
      );
      const missing = await ask({ operation: "get-instance", path: [ids.second] });
      assert.equal(missing.kind, "not-found");
      assert.equal(cloud.exchanges.length, 5);
    });

    test(`${outsider} attaches, waits, detaches and waits`, async (t) => {
      const cloud = await startWatched(t);
      const ask = await cloud.client(outsider);
      const attached = await done<Operation>(ask, attach);
      assert.equal(attached.state, "success");
      assert.equal(attached.reference.id, ids.address);
      assert.deepEqual(cloud.holders(ids.address), [ids.lb1, ids.lb2]);
      const body = { instance: { id: ids.lb1 } };
      assert.equal((await done<Operation>(ask, { ...detach, body })).state, "success");
      assert.deepEqual(cloud.holders(ids.address), [ids.lb2]);
      assert.ok(cloud.exchanges.some(({ call }) => call === "get-operation"));
    });

    test(`${outsider} is told why an operation failed`, async (t) => {
      const cloud = await startWatched(t);
      const effect = { kind: "operation", state: "failure", reason: "busy" } as const;
      cloud.input({ kind: "fault", fault: { name: "busy", effect } });
      const ask = await cloud.client(outsider);
      const outcome = await ask(attach);
      assert.ok(outcome.kind === "failed");
      assert.match(outcome.text, /failure.*busy/);
      assert.deepEqual(cloud.holders(ids.address), [ids.lb1]);
    });

    test(`${outsider} is refused with a wrong secret`, async (t) => {
      const cloud = await startWatched(t);
      const ask = await cloud.client(outsider, { secret: "wrong" });
      assert.equal((await ask({ operation: "list-instances" })).kind, "forbidden");
    });
  }
});

test("the Python client's filters are signed and understood", { skip }, async (t) => {
  const cloud = await startWatched(t);
  const ask = await cloud.client("python");
  for (const [query, names] of [
    [{ labels: '{"role":"lb"}' }, ["lb1", "lb2"]],
    [{ "ip-address": "198.51.100.3" }, ["app1"]],
    [{ "ip-address": "198.51.100.3", labels: '{"role":"lb"}' }, []],
  ] as const) {
    const { instances } = await done<Listed<"instances">>(ask, {
      operation: "list-instances",
      query,
    });
    assert.deepEqual(
      instances.map(({ name }) => name),
      names,
    );
  }
});
