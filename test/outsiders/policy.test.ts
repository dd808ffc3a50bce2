/**
 * The agent's key, made by official clients with the policy that the Pulumi program declares: it is
 * enough for all that the agent asks, and for nothing else that the emulated cloud serves.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { createExoscale } from "../../agent/cloud/exoscale.ts";
import { agentPolicy } from "../../infra/identity.ts";
import { ids } from "../lab/world.ts";
import { done, startWatched, type Watched } from "./cloud.ts";
import { officialDocument } from "./document.ts";
import { servedIn } from "./emulated.ts";
import { isLeftOut, leftOut } from "./made.ts";
import { type Ask, type Call, type Outsider, outsiders } from "./session.ts";

const skip = isLeftOut && leftOut;
const onLb2 = { instance: { id: ids.lb2 } };
const attach = "attach-instance-to-elastic-ip";
const detach = "detach-instance-from-elastic-ip";

/** What the agent asks, besides how an operation goes on, which the clients ask when they wait. */
const agents: readonly Call[] = [
  { operation: "list-zones" },
  { operation: "list-elastic-ips" },
  { operation: "list-instances" },
  { operation: "get-instance", path: [ids.lb1] },
  { operation: attach, path: [ids.address], body: onLb2, wait: true },
  { operation: detach, path: [ids.address], body: onLb2, wait: true },
];

type Key = { readonly key: string; readonly secret: string };

/** A key of a role with the policy as the provider sends it. */
async function keyMade(ask: Ask): Promise<Key> {
  const { defaultServiceStrategy, ...others } = agentPolicy(["203.0.113.7"]);
  const policy = { "default-service-strategy": defaultServiceStrategy, ...others };
  type Made = { readonly reference: { readonly id: string } };
  const { reference } = await done<Made>(ask, {
    operation: "create-iam-role",
    body: { name: "shop-agent", editable: false, policy },
    wait: true,
  });
  const body = { name: "shop-agent", "role-id": reference.id };
  const { key, secret } = await done<Key>(ask, { operation: "create-api-key", body });
  return { key, secret };
}

/**
 * The SDK was made from an older document, in which an instance is made of a whole template, and
 * it sends the one field that Go cannot leave away.
 */
const tolerated = /^create-instance .* body\.template\.created-at is not in the document$/;

/** The cloud, the agent's key in it, and an official client that has it. */
async function withKey(t: TestContext, outsider: Outsider) {
  const cloud = await startWatched(t, outsider === "egoscale" ? { tolerated } : {});
  const key = await keyMade(await cloud.client(outsider));
  return { cloud, key, ask: await cloud.client(outsider, key) };
}

/** Calls that the cloud saw by this key, from now on. */
const asked = ({ requests }: Watched, from: number) =>
  new Set(requests.slice(from).map(({ call }) => call));

describe("the agent's key", { concurrency: 8, skip }, () => {
  for (const outsider of outsiders) {
    test(`is enough for the agent's calls by ${outsider}`, async (t) => {
      const { cloud, ask } = await withKey(t, outsider);
      for (const call of agents) await done(ask, call);
      assert.deepEqual(cloud.holders(ids.address), [ids.lb1]);
    });

    test(`is refused all else by ${outsider}`, async (t) => {
      const { cloud, ask } = await withKey(t, outsider);
      const before = cloud.world();
      const allowed = new Set(["get-operation", ...agents.map(({ operation }) => operation)]);
      const served = servedIn(await officialDocument());
      const rest = served.filter(({ entry }) => !allowed.has(entry.operation.operationId));
      assert.equal(rest.length, served.length - allowed.size);
      for (const { entry, path, body } of rest) {
        const operation = entry.operation.operationId;
        const outcome = await ask({ operation, path, ...(body && { body }) });
        assert.ok(outcome.kind === "forbidden", `${operation}: ${JSON.stringify(outcome)}`);
        assert.match(outcome.text, /role policy/);
      }
      for (const operation of [attach, detach]) {
        const other = await ask({ operation, path: [ids.second], body: onLb2 });
        assert.equal(other.kind, "forbidden", `${operation} of an address that is not the agent's`);
      }
      assert.equal(cloud.world(), before);
    });
  }

  test("is enough for the agent itself, which asks for nothing else", async (t) => {
    const { cloud, key } = await withKey(t, "python");
    const from = cloud.requests.length;
    const nowMs = (): number => performance.now();
    const { endpoint } = cloud;
    const agent = createExoscale({ endpoint, ...key, nowMs, wallMs: Date.now });
    t.after(() => agent.drop());
    const deadline = () => ({ deadlineMs: nowMs() + 10_000 });
    const move = { address: ids.address, instance: ids.lb2 };
    for (const outcome of [
      await agent.observe({ candidates: "zone", ...deadline() }),
      await agent.addressIds(deadline()),
      await agent.instances({
        of: { from: "security-group", group: "load-balancer" },
        ...deadline(),
      }),
      await agent.instances({ of: { from: "label", label: "role=lb" }, ...deadline() }),
      await agent.claim({ ...move, ...deadline() }),
      await agent.release({ ...move, instance: ids.lb1, ...deadline() }),
    ])
      assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    assert.deepEqual(cloud.holders(ids.address), [ids.lb2]);
    const calls = new Set(["get-operation", ...agents.map(({ operation }) => operation)]);
    for (const call of asked(cloud, from)) assert.ok(calls.has(call ?? "unknown"), call);
  });
});
