/** The guard of the load balancers as a whole: the program, what was recorded, and the cloud. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { publicKey } from "../stack/bases.ts";
import { deploy, ofKind, resourceOf } from "./cloud-double.ts";
import { shop } from "./shop.ts";

const before = await deploy({ stack: shop });
const { recorded } = before;
const other = { ...shop, services: { web: { port: 8080 } } };

const userData = (made: typeof before, node: string): unknown =>
  resourceOf(made, "ComputeInstance", `shop-${node}`).inputs.userData;

test("the same stack again changes nothing, in a preview too", async () => {
  for (const preview of [true, false]) {
    const again = await deploy({ stack: shop }, { recorded, preview });
    assert.equal(again.error, undefined);
    for (const node of ["lb1", "lb2", "app1"])
      assert.equal(userData(again, node), userData(before, node));
  }
});

test("an update that would replace both load balancers is stopped, and no host is declared", async () => {
  for (const preview of [true, false]) {
    const stopped = await deploy({ stack: other }, { recorded, preview });
    assert.match(
      stopped.error ?? "",
      /^stopped before anything was changed: .*lb1 \(userData\) and lb2 \(userData\) at once/,
    );
    assert.match(stopped.error ?? "", /\nfix: name one, `pulumi config set baton:replace lb1`/);
    assert.deepEqual(ofKind(stopped, "ComputeInstance"), []);
    assert.deepEqual(ofKind(stopped, "SecurityGroupRule"), []);
  }
});

test("the one that was named is replaced; the other is held exactly as it was", async () => {
  const named = await deploy({ stack: other, replace: ["lb2"] }, { recorded });
  assert.equal(named.error, undefined);
  const was = resourceOf(before, "ComputeInstance", "shop-lb1");
  const is = resourceOf(named, "ComputeInstance", "shop-lb1");
  assert.deepEqual(is.inputs, was.inputs);
  assert.deepEqual(is.secrets, ["userData"]);
  assert.notEqual(userData(named, "lb2"), userData(before, "lb2"));
});

test("image, size, keys and addresses of one that is held back stay too", async () => {
  const changed = {
    ...shop,
    system: "debian-12" as const,
    nodes: { count: 2, size: "medium" },
    networks: { private: { interface: "eth1", cidr: "10.7.0.0/24" } },
    access: { "ssh-keys": [publicKey.replace("you", "another")] },
  };
  const { error } = await deploy({ stack: changed }, { recorded });
  assert.match(error ?? "", /lb1 \(userData, templateId, sshKeys, type, networkInterfaces\)/);
  const named = await deploy({ stack: changed, replace: ["lb2"] }, { recorded });
  assert.equal(named.error, undefined);
  const was = resourceOf(before, "ComputeInstance", "shop-lb1");
  assert.deepEqual(resourceOf(named, "ComputeInstance", "shop-lb1").inputs, was.inputs);
  const { type } = resourceOf(named, "ComputeInstance", "shop-lb2").inputs;
  assert.equal(type, "standard.medium");
});

test("while one is held back, what it serves stays open; afterwards it is closed", async () => {
  const ports = (made: typeof before): unknown[] =>
    ofKind(made, "SecurityGroupRule")
      .filter(({ name }) => name.startsWith("shop-web-"))
      .map(({ inputs }) => `${inputs.cidr} ${inputs.startPort}`)
      .toSorted();
  const named = await deploy({ stack: other, replace: ["lb2", "app1"] }, { recorded });
  assert.deepEqual(ports(named), ["0.0.0.0/0 80", "0.0.0.0/0 8080", "::/0 80", "::/0 8080"]);
  const kept = resourceOf(named, "SecurityGroupRule", "shop-web-80-0.0.0.0/0");
  assert.deepEqual(
    kept.inputs,
    resourceOf(before, "SecurityGroupRule", "shop-web-80-0.0.0.0/0").inputs,
  );
  const last = await deploy({ stack: other }, { recorded: named.recorded });
  assert.equal(last.error, undefined);
  assert.deepEqual(ports(last), ["0.0.0.0/0 8080", "::/0 8080"]);
});

test("nobody leaves service when no other load balancer runs", async () => {
  const args = { stack: other, replace: ["lb2"] };
  const stopped = await deploy(args, { recorded, dead: ["shop-lb1"] });
  assert.match(stopped.error ?? "", /no other load balancer is running: lb1 \(stopped\)/);
  const lost = { recorded, dead: ["shop-lb1", "shop-lb2"] };
  assert.equal((await deploy(args, lost)).error, undefined, "there is nothing to lose");
  const answers = { getComputeInstance: new Error("503") };
  assert.equal(
    (await deploy({ stack: shop }, { recorded, answers })).error,
    undefined,
    "not asked",
  );
});

test("app servers within the slots change no load balancer; more than the slots do", async () => {
  const within = { ...shop, "app-servers": { count: 5, slots: 5 } };
  const more = await deploy({ stack: within }, { recorded });
  assert.equal(more.error, undefined);
  for (const node of ["lb1", "lb2"]) assert.equal(userData(more, node), userData(before, node));
  const beyond = { ...shop, "app-servers": { count: 6, slots: 6 } };
  const { error } = await deploy({ stack: beyond }, { recorded });
  assert.match(error ?? "", /lb1 \(userData\) and lb2 \(userData\)/);
});

test("a newer build of a template replaces nothing; another image does", async () => {
  const newer = await deploy({ stack: shop }, { recorded, template: "newer-build" });
  assert.equal(newer.error, undefined);
  const { templateId } = resourceOf(newer, "ComputeInstance", "shop-lb1").inputs;
  assert.equal(templateId, "newest Linux Debian 13 (Trixie) 64-bit");
  const { error } = await deploy({ stack: { ...shop, system: "debian-12" } }, { recorded });
  assert.match(error ?? "", /lb1 \(templateId\) and lb2 \(templateId\)/);
});

test("what only a change in the cloud can tell counts as a change before the update", async () => {
  const renamed = { ...shop, addresses: { shop: {} } };
  const { error } = await deploy({ stack: renamed }, { recorded, preview: true });
  assert.match(error ?? "", /lb1 \(userData\) and lb2 \(userData\)/);
});

test("removing one and changing the other is one too many; the removed one goes first", async () => {
  const alone = { ...shop, nodes: 1 };
  const { error } = await deploy({ stack: alone }, { recorded });
  assert.match(error ?? "", /replace or restart lb1 \(userData\) and remove lb2 at once/);
  assert.match(error ?? "", /baton:replace lb2/);
  const first = await deploy({ stack: alone, replace: ["lb2"] }, { recorded });
  assert.equal(first.error, undefined);
  assert.equal(userData(first, "lb1"), userData(before, "lb1"));
});

test("a state that cannot be read stops the update: to guess would risk the address", async () => {
  const answers = { readStackResourceOutputs: new Error("the bucket is gone") };
  const { error, resources } = await deploy({ stack: shop }, { answers });
  assert.match(error ?? "", /cannot be read, so nothing was changed: .*the bucket is gone/);
  assert.deepEqual(
    resources.filter(({ type }) => type.startsWith("exoscale:")),
    [],
  );
});

test("an update that would replace every app server is stopped; those that are named go ahead", async () => {
  const servers = { count: 3, slots: 5, system: "debian-12" as const };
  const changed = { ...shop, "app-servers": servers };
  const stopped = await deploy({ stack: changed }, { recorded });
  assert.match(stopped.error ?? "", /replace or restart app1, app2, app3 \(.*templateId.*\)/);
  assert.deepEqual(ofKind(stopped, "ComputeInstance"), []);
  const named = await deploy({ stack: changed, replace: ["app1"] }, { recorded });
  assert.equal(named.error, undefined);
  const inputs = (made: typeof before, host: string) =>
    resourceOf(made, "ComputeInstance", `shop-${host}`).inputs;
  for (const held of ["app2", "app3", "lb1", "lb2"])
    assert.deepEqual(inputs(named, held).templateId, inputs(before, held).templateId, held);
  assert.notEqual(inputs(named, "app1").templateId, inputs(before, "app1").templateId);
});

test("a second load balancer is made before the first is replaced", async () => {
  const alone = await deploy({ stack: { ...shop, nodes: 1 } });
  const stopped = await deploy({ stack: shop }, { recorded: alone.recorded });
  assert.match(stopped.error ?? "", /lb1 would leave service, and lb2 is still to be made/);
  const [, advised = ""] = /baton:replace (\S+)`/.exec(stopped.error ?? "") ?? [];
  const grown = await deploy({ stack: shop, replace: [advised] }, { recorded: alone.recorded });
  assert.equal(grown.error, undefined);
  assert.equal(userData(grown, "lb1"), userData(alone, "lb1"));
  const last = await deploy({ stack: shop }, { recorded: grown.recorded });
  assert.equal(last.error, undefined);
  assert.notEqual(userData(last, "lb1"), userData(alone, "lb1"));
});

test("a host that the cloud has and no deployment recorded is not made a second time", async () => {
  for (const preview of [true, false]) {
    const { error, resources } = await deploy(
      { stack: shop },
      { strangers: ["shop-lb2"], preview },
    );
    assert.match(error ?? "", /make what the cloud has already.*: shop-lb2 \(i-1\)\nfix: /);
    assert.ok(!resources.some(({ type }) => type.endsWith("ComputeInstance")));
  }
});
