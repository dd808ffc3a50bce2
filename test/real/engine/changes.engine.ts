/**
 * What updates change and what they leave alone, on the real engine: the address that the agents
 * move, hosts with new user-data, and the guards of load balancers and app servers.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shop } from "../../infra/shop.ts";
import { type Step, startProject } from "./project.ts";
import { unguarded } from "./unguarded.ts";

const project = await startProject({ stack: shop });
const { cloud, api, deployment, write, preview, fails } = project;

const instanceId = (host: string): string => {
  const found = Object.values(cloud.world().instances).find(({ name }) => name === `shop-${host}`);
  assert.ok(found, `there is no ${host}`);
  return found.id;
};

const ids = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.values(cloud.world().instances).map(({ name, id }) => [name, id]));

const address = (): string => Object.keys(cloud.world().elasticIps)[0] ?? "";

/** Hosts that the address is attached to, in the cloud. */
const holders = (): readonly string[] =>
  cloud
    .holders(address())
    .map((id) => cloud.world().instances[id]?.name.replace("shop-", "") ?? id);

/** As an agent does: it attaches the address to itself, and then lets go for the other. */
async function failOver(to: string, from?: string): Promise<void> {
  const call = (verb: string, host: string) =>
    api.operate("PUT", `/elastic-ip/${address()}:${verb}`, { instance: { id: instanceId(host) } });
  await call("attach", to);
  if (from !== undefined) await call("detach", from);
  assert.deepEqual(holders(), [to]);
}

/** Calls that changed the cloud since a moment in the log. */
const changing = (since: number): readonly string[] =>
  cloud.requests.slice(since).flatMap(({ method, target }) => {
    return method === "GET" ? [] : [`${method} ${target}`];
  });

const names = (steps: readonly Step[]): readonly string[] => [
  ...new Set(steps.map(({ name }) => name)),
];

test("a stack is made, and the same again changes nothing", async () => {
  await deployment.up();
  assert.deepEqual(await preview("--refresh"), []);
});

test("without its guard, the program takes the address away from who holds it", async () => {
  await failOver("lb1");
  await deployment.refresh();
  await failOver("lb2", "lb1");
  await deployment.refresh();
  const careless = unguarded(project, "{}");
  const steps = await careless.preview();
  assert.deepEqual(steps.map(({ op, name }) => `${op} ${name}`).toSorted(), [
    "update shop-lb1",
    "update shop-lb2",
  ]);
  for (const { properties } of steps) assert.deepEqual(properties, ["elasticIpIds"]);
  await careless.up();
  assert.deepEqual(holders(), [], "nobody holds the address: this is the trap");
});

test("a program that says where the address is fights the agent", async () => {
  await failOver("lb2");
  await deployment.refresh();
  const where = `name === "shop-lb1" ? { elasticIpIds: ["${address()}"] } : {}`;
  const stubborn = unguarded(project, where);
  await stubborn.up();
  assert.deepEqual(holders(), ["lb1"]);
});

test("the program itself moves nothing after a failover, and replaces nothing", async () => {
  await failOver("lb2", "lb1");
  const before = { ids: ids(), requests: cloud.requests.length };
  await deployment.refresh();
  assert.deepEqual(await preview(), []);
  await deployment.up();
  assert.deepEqual(await preview("--refresh"), []);
  assert.deepEqual(changing(before.requests), []);
  assert.deepEqual(holders(), ["lb2"]);
  assert.deepEqual(ids(), before.ids);
});

test("another user-data is another host, and no load balancer has a part in it", async () => {
  const hosts = { app1: { extra: { packages: ["tmux"] } } };
  write({ ...shop, "app-servers": { count: 3, slots: 5, hosts } });
  const steps = await preview();
  assert.deepEqual(names(steps), ["shop-app1"]);
  assert.ok(steps.some(({ op }) => op === "replace"));
  for (const { properties } of steps) assert.deepEqual(properties, ["userData"]);
});

test("one more app server within the slots changes no load balancer", async () => {
  write({ ...shop, "app-servers": { count: 5, slots: 5 } });
  const steps = await preview();
  assert.deepEqual(steps.map(({ op, name }) => `${op} ${name}`).toSorted(), [
    "create shop-app4",
    "create shop-app5",
  ]);
});

const beyond = { ...shop, "app-servers": { count: 6, slots: 6 } };

test("more than the slots is a change of every load balancer, and the preview says so", async () => {
  write(beyond);
  const said = await fails("preview");
  assert.match(said, /would replace or restart lb1 \(userData\) and lb2 \(userData\) at once/);
  assert.match(said, /fix: name one, `pulumi config set baton:replace lb1`/);
});

test("an update of both load balancers is stopped before anything is changed", async () => {
  write(beyond);
  const before = { world: cloud.world(), requests: cloud.requests.length };
  const said = await fails("up", "--yes", "--skip-preview");
  assert.match(said, /stopped before anything was changed: .* lb1 \(userData\) and lb2/);
  assert.doesNotMatch(said, /^\s+at .+:\d+:\d+/m);
  assert.deepEqual(changing(before.requests), []);
  assert.deepEqual(cloud.world(), before.world);
});

test("the one that is named is replaced, by itself; the preview shows it", async () => {
  write(beyond);
  const before = ids();
  await deployment.configure("baton:replace", "lb1");
  const steps = await preview();
  assert.deepEqual(names(steps).toSorted(), ["shop-app4", "shop-app5", "shop-app6", "shop-lb1"]);
  await deployment.up();
  const after = ids();
  assert.notEqual(after["shop-lb1"], before["shop-lb1"]);
  for (const host of ["lb2", "app1", "app2", "app3"])
    assert.equal(after[`shop-${host}`], before[`shop-${host}`], host);
  assert.deepEqual(holders(), ["lb2"]);
  await failOver("lb1", "lb2");
  await deployment.configure("baton:replace", undefined);
  await deployment.up();
  assert.notEqual(ids()["shop-lb2"], before["shop-lb2"]);
  assert.deepEqual(holders(), ["lb1"]);
});

test("an update of every app server is stopped; the one that is named goes alone", async () => {
  write({ ...shop, "app-servers": { count: 6, slots: 6, system: "debian-12" } });
  const before = { world: cloud.world(), requests: cloud.requests.length };
  const said = await fails("up", "--yes", "--skip-preview");
  assert.match(said, /replace or restart app1, app2, .*app6 \(.*\), every app server at once/);
  assert.deepEqual(changing(before.requests), []);
  await deployment.configure("baton:replace", "app1");
  assert.deepEqual(names(await preview()), ["shop-app1"]);
  await deployment.configure("baton:replace", undefined);
});

test("what is destroyed leaves nothing in the cloud, while the address is held", async () => {
  write(beyond);
  assert.deepEqual(holders(), ["lb1"]);
  await deployment.destroy();
  const { templates, instanceTypes, zone, apiEndpoint, ...tables } = cloud.world();
  for (const [table, left] of Object.entries(tables)) assert.deepEqual(left, {}, table);
});
