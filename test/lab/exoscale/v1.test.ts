/** The older API's signatures, and who may use it: what its own library is not asked to get wrong. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { startExoscale } from "../../../lab/emulators/exoscale.ts";
import { nicOf } from "../../../lab/emulators/exoscale-v1.ts";
import type { Policy } from "../../../lab/model/exoscale/world.ts";
import { ids, seeded, world } from "../../lab/world.ts";
import { owner } from "./cloud.ts";

type Signing = typeof owner | { readonly key: string; readonly secret: string };

/** `2006-01-02T15:04:05-0700`, so many seconds from now. */
const expiry = (inS: number): string =>
  new Date(Date.now() + inS * 1000).toISOString().replace(/\..*$/, "+0000");

/** Signed as documented: sorted, escaped, all small, HMAC-SHA1, base64; sent in another order. */
function signed(fields: Readonly<Record<string, string>>, { key, secret }: Signing): string {
  const all = { apikey: key, response: "json", signatureversion: "3", expires: expiry(600) };
  const pairs = Object.entries({ ...all, ...fields }).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const message = parts.join("&").toLowerCase();
  const signature = createHmac("sha1", secret).update(message).digest("base64");
  return [...parts, `signature=${encodeURIComponent(signature)}`].reverse().join("&");
}

const none: Policy = { "default-service-strategy": "deny", services: {} };

async function started(t: TestContext, policy: Policy = none) {
  const made = { key: "EXOmade", name: "made", role: "role", secret: "s" };
  const role = { id: "role", name: "role", isEditable: true, labels: {}, permissions: [], policy };
  const cloud = await startExoscale({
    world: { ...world, apiKeys: { [made.key]: made }, iamRoles: { role } },
    keys: { [owner.key]: { secret: owner.secret, node: "owner", allows: "all" } },
    random: seeded(1),
  });
  t.after(() => cloud.close());
  const url = cloud.endpoint.replace("/v2", "/compute");
  const get = async (query: string, how?: RequestInit) => {
    const response = await fetch(how === undefined ? `${url}?${query}` : url, how);
    return { status: response.status, body: JSON.stringify(await response.json()) };
  };
  return { get, made };
}

const list = { command: "listVirtualMachines" };

test("a signed question is answered, in the query and as a form", async (t) => {
  const { get } = await started(t);
  const query = signed({ ...list, name: "lb1" }, owner);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const asForm = await get("", { method: "POST", body: query, headers });
  for (const { status, body } of [await get(query), asForm]) {
    assert.equal(status, 200);
    assert.match(body, /^{"listvirtualmachinesresponse":{"count":1,"virtualmachine":\[{"id"/);
  }
});

test("there is one page, and nobody on the next", async (t) => {
  const { get } = await started(t);
  const { body } = await get(signed({ ...list, page: "2" }, owner));
  assert.equal(body, '{"listvirtualmachinesresponse":{}}');
});

test("a bad signature, an old one and none are refused in v1's own envelope", async (t) => {
  const { get } = await started(t);
  const query = signed(list, owner);
  for (const [asked, why] of [
    [`${query}&page=1`, /Invalid request signature/],
    [signed({ ...list, expires: expiry(-60) }, owner), /expired/],
    [signed({ ...list, signatureversion: "2" }, owner), /version/],
    ["command=listVirtualMachines", /Missing request signature/],
  ] as const) {
    const { status, body } = await get(asked);
    assert.ok(status >= 400, asked);
    assert.match(body, /^{"errorresponse":{"errorcode":\d+,"cserrorcode":\d+,"errortext":"/);
    assert.match(body, why);
  }
});

test("what is begun is a job under way, under the name that the cloud gives it", async (t) => {
  const { get } = await started(t);
  const fields = { command: "addIpToNic", nicid: nicOf(ids.lb2), ipaddress: "203.0.113.7" };
  const { body } = await get(signed(fields, owner));
  assert.match(body, /^{"addiptovmnicresponse":{"jobid":"[0-9a-f-]{36}","jobstatus":0}}$/);
});

test("what it cannot find, or does not serve, it says", async (t) => {
  const { get } = await started(t);
  for (const [fields, why] of [
    [{ command: "addIpToNic", nicid: "nothing", ipaddress: "203.0.113.7" }, /nicid or ipaddress/],
    [{ command: "removeIpFromNic", id: "nothing" }, /Unable to find id/],
    [{ command: "destroyVirtualMachine" }, /serves no command destroyVirtualMachine/],
  ] as const)
    assert.match((await get(signed(fields, owner))).body, why);
});

test("a policy for v2 lets nobody use v1, which is a service of its own", async (t) => {
  const allowed = { "default-service-strategy": "deny", services: {} } as const;
  const today = await started(t, { ...allowed, services: { compute: { type: "allow" } } });
  const { status, body } = await today.get(signed(list, today.made));
  assert.equal(status, 403);
  assert.match(body, /role policy for compute-legacy/);
  const expression = "operation == 'compute-list-virtual-machines'";
  const rules = [{ action: "allow", expression }] as const;
  const old = await started(t, {
    ...allowed,
    services: { "compute-legacy": { type: "rules", rules } },
  });
  assert.equal((await old.get(signed(list, old.made))).status, 200);
});
