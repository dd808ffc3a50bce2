/** What a stack becomes on Exoscale, resource by resource. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUserData } from "../../user-data/user-data.ts";
import { fixedSources, readExample, stackOf } from "../render-example.ts";
import { deploy, ofKind, resourceOf } from "./cloud-double.ts";
import { shop } from "./shop.ts";
import { dataOf } from "./stack-data.ts";

const made = await deploy({ stack: shop });

test("a stack is made without an error, by the four clouds' own providers alone", () => {
  assert.equal(made.error, undefined);
  for (const { type } of made.resources) assert.match(type, /^(exoscale:|baton:index:HaStack$)/);
  assert.equal(ofKind(made, "ComputeInstance").length, 5);
});

test("every resource names the provider's release and where it is published", () => {
  for (const one of made.resources.filter(({ type }) => type.startsWith("exoscale:"))) {
    assert.equal(one.version, "0.66.1", one.name);
    assert.match(one.pluginDownloadURL, /^github:.*pulumiverse\/pulumi-exoscale$/, one.name);
  }
});

test("where the address is stays the agent's matter, and new user-data means a new host", () => {
  for (const instance of ofKind(made, "ComputeInstance")) {
    assert.ok(!Object.hasOwn(instance.inputs, "elasticIpIds"), instance.name);
    assert.deepEqual(instance.ignoreChanges, ["elasticIpIds"], instance.name);
    assert.deepEqual(instance.replaceOnChanges, ["userData"], instance.name);
    assert.ok(instance.deleteBeforeReplace, `${instance.name} keeps its fixed address`);
  }
});

test("user-data is a secret on its way to the instance and in what is read back", () => {
  for (const instance of ofKind(made, "ComputeInstance")) {
    assert.deepEqual(instance.secrets, ["userData"], instance.name);
    assert.ok(instance.secretOutputs.includes("userData"), instance.name);
  }
  assert.deepEqual(resourceOf(made, "IamApiKey", "shop-agent").secretOutputs.toSorted(), [
    "key",
    "secret",
  ]);
});

test("a load balancer's user-data is the generator's, with what the cloud has said", () => {
  const stack = stackOf(JSON.stringify(shop));
  const [lb1] = stack.nodes;
  assert.ok(lb1);
  const facts = {
    addresses: { web: { id: "shop-web-ElasticIp-id", ip: "203.0.113.7" } },
    securityGroup: { id: "shop-load-balancer-SecurityGroup-id" },
    agentCredentials: { key: `EXO${"k".repeat(24)}`, secret: "s".repeat(43) },
    secrets: {},
  };
  const wanted = makeUserData(stack, lb1, { ...fixedSources, facts });
  assert.ok(wanted.ok);
  assert.equal(
    resourceOf(made, "ComputeInstance", "shop-lb1").inputs.userData,
    wanted.userData.text,
  );
});

test("load balancers are kept apart, and app servers are not among them", () => {
  const { inputs } = resourceOf(made, "ComputeInstance", "shop-lb1");
  assert.deepEqual(inputs.antiAffinityGroupIds, ["shop-load-balancer-AntiAffinityGroup-id"]);
  const app = resourceOf(made, "ComputeInstance", "shop-app1").inputs;
  assert.ok(!Object.hasOwn(app, "antiAffinityGroupIds"));
  assert.deepEqual(app.securityGroupIds, [
    "shop-default-SecurityGroup-id",
    "shop-app-server-SecurityGroup-id",
  ]);
});

test("hosts have fixed leases in the private network, beside the range for others", () => {
  const { inputs } = resourceOf(made, "PrivateNetwork", "shop-private");
  assert.equal(inputs.netmask, "255.255.255.0");
  assert.equal(inputs.startIp, "10.0.0.239");
  assert.equal(inputs.endIp, "10.0.0.254");
  assert.deepEqual(resourceOf(made, "ComputeInstance", "shop-app3").inputs.networkInterfaces, [
    { networkId: "shop-private-PrivateNetwork-id", ipAddress: "10.0.0.23" },
  ]);
});

test("the agent's key may move this address and nothing else", () => {
  const { policy } = resourceOf(made, "IamRole", "shop-agent").inputs as {
    policy: { defaultServiceStrategy: string; services: { compute: { rules: object[] } } };
  };
  assert.equal(policy.defaultServiceStrategy, "deny");
  assert.deepEqual(Object.keys(policy.services), ["compute"]);
  assert.deepEqual(policy.services.compute.rules, [
    {
      action: "allow",
      expression:
        "operation in ['get-instance', 'list-instances', 'list-elastic-ips', 'get-operation', " +
        "'list-zones']",
    },
    {
      action: "allow",
      expression:
        "operation in ['attach-instance-to-elastic-ip', 'detach-instance-from-elastic-ip'] && " +
        "resources.elastic_ip.ip in ['203.0.113.7']",
    },
  ]);
});

test("a load balancer waits for the rules that let it hear its peers", () => {
  const { dependencies } = resourceOf(made, "ComputeInstance", "shop-lb2");
  assert.ok(dependencies.some((urn) => urn.endsWith("shop-heartbeat-12345")));
});

test("rules are written as the provider reads them back", () => {
  const of = (name: string) => resourceOf(made, "SecurityGroupRule", `shop-${name}`).inputs;
  const nodes = "shop-load-balancer-SecurityGroup-id";
  const all = "shop-default-SecurityGroup-id";
  assert.deepEqual(of("heartbeat-12345"), {
    securityGroupId: nodes,
    type: "INGRESS",
    description: "heartbeat among the load balancers",
    userSecurityGroupId: nodes,
    protocol: "UDP",
    startPort: 12345,
    endPort: 12345,
  });
  const { description, ...ping } = of("ping-0.0.0.0/0");
  const echo = { securityGroupId: all, type: "INGRESS", cidr: "0.0.0.0/0", protocol: "ICMP" };
  assert.deepEqual(ping, { ...echo, icmpType: 8, icmpCode: 0 });
  assert.match(String(description), /^ping/);
  const ipv6 = of("ping---/0");
  assert.deepEqual([ipv6.protocol, ipv6.icmpType, ipv6.icmpCode], ["ICMPv6", 128, 0]);
  assert.equal(of("web-80-0.0.0.0/0").protocol, "TCP");
});

test("the elastic IP is a manual one", () => {
  const { inputs } = resourceOf(made, "ElasticIp", "shop-web");
  assert.ok(!Object.hasOwn(inputs, "healthcheck"));
});

test("outputs say what people want to know", () => {
  const { appServers } = made.outputs as { appServers: { name: string }[] };
  assert.deepEqual(
    appServers.map(({ name }) => name),
    ["app1", "app2", "app3"],
  );
  const { address, urls, nodes, sshCommands, userDataSizes, securityGroup } = made.outputs;
  assert.equal(address, "203.0.113.7");
  assert.deepEqual(urls, { web: "http://203.0.113.7/" });
  assert.deepEqual((nodes as object[])[0], {
    name: "lb1",
    id: "shop-lb1-ComputeInstance-id",
    publicIp: "198.51.100.77",
    ips: { private: "10.0.0.11" },
  });
  assert.equal((sshCommands as Record<string, string>).app2, "ssh debian@198.51.100.77");
  assert.equal((userDataSizes as Record<string, { limit: number }>).lb1?.limit, 32_767);
  assert.deepEqual(securityGroup, { id: "shop-load-balancer-SecurityGroup-id" });
});

test("an address with its ip is looked up, and not made", async () => {
  const stack = { ...shop, addresses: { web: { ip: "198.51.100.50" } } };
  const looked = await deploy({ stack });
  assert.equal(ofKind(looked, "ElasticIp").length, 0);
  assert.deepEqual(looked.outputs.addresses, { web: { id: "existing-id", ip: "198.51.100.50" } });
});

test("an address that was made stays, when its ip is written down later", async () => {
  const stack = { ...shop, addresses: { web: { ip: "203.0.113.7" } } };
  const again = await deploy({ stack }, { recorded: made.recorded });
  assert.equal(again.error, undefined);
  assert.equal(ofKind(again, "ElasticIp").length, 1);
});

test("an elastic IP that the cloud itself moves is refused", async () => {
  const stack = { ...shop, addresses: { web: { ip: "198.51.100.50" } } };
  const answers = { getElasticIp: { id: "managed", healthchecks: [{ mode: "http" }] } };
  const { error } = await deploy({ stack }, { answers });
  assert.match(error ?? "", /has a health check.*\nfix: reserve a manual one/);
});

test("hosts by DNS name need no private network, as in the article", async () => {
  const article = await deploy({ stack: dataOf(readExample("exoscale-elastic-ip-article")) });
  assert.equal(article.error, undefined);
  assert.equal(ofKind(article, "PrivateNetwork").length, 0);
  const { inputs } = resourceOf(article, "ComputeInstance", "shop-lb1");
  assert.match(String(inputs.userData), /server app1 app1\.example\.com:80 check/);
  assert.ok(!Object.hasOwn(inputs, "networkInterfaces"));
  assert.equal(resourceOf(article, "ComputeInstance", "shop-app1").deleteBeforeReplace, false);
});

test("credentials of the stack file take the place of a key", async () => {
  const agent = { credentials: { key: "${env:HOME}", secret: "${pulumi:agentSecret}" } };
  const own = await deploy({ stack: { ...shop, agent }, secrets: { agentSecret: "hidden-one" } });
  assert.equal(own.error, undefined);
  assert.equal(ofKind(own, "IamRole").length + ofKind(own, "IamApiKey").length, 0);
  const { inputs } = resourceOf(own, "ComputeInstance", "shop-lb1");
  assert.match(String(inputs.userData), /hidden-one/);
});

test("rules of one group are made one after another: the provider mixes up two at once", async () => {
  const rules = ofKind(await deploy({ stack: shop }), "SecurityGroupRule");
  const last = new Map<unknown, string>();
  for (const { name, inputs, dependencies } of rules) {
    const before = last.get(inputs.securityGroupId);
    if (before !== undefined)
      assert.ok(
        dependencies.some((urn) => urn.endsWith(`::${before}`)),
        `${name} does not wait for ${before}`,
      );
    last.set(inputs.securityGroupId, name);
  }
  assert.ok(last.size > 1 && rules.length > last.size);
});
