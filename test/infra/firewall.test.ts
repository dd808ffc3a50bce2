/** The article's three groups with their rules, and nothing open beside them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { firewall } from "../../infra/firewall.ts";
import { readExample, stackOf } from "../render-example.ts";
import { shop } from "./shop.ts";

const lines = (source: string): string[] =>
  firewall(stackOf(source)).rules.map(({ group, protocol, port, from }) => {
    const whom = "cidr" in from ? from.cidr : from.group;
    return `${group}: ${protocol}${port === undefined ? "" : ` ${port}`} from ${whom}`;
  });

test("the article's groups are what the article says", () => {
  assert.deepEqual(lines(readExample("exoscale-elastic-ip-article")), [
    "default: tcp 22 from 192.0.2.0/24",
    "default: ping from 0.0.0.0/0",
    "load-balancer: tcp 80 from 0.0.0.0/0",
    "load-balancer: tcp 80 from ::/0",
    "load-balancer: udp 12345 from load-balancer",
    "app-server: tcp 80 from load-balancer",
  ]);
});

test("what the stack file does not open stays closed", () => {
  const closed = { ...shop, access: {}, services: { web: { port: 80, from: ["10.9.0.0/16"] } } };
  assert.deepEqual(lines(JSON.stringify(closed)), [
    "load-balancer: tcp 80 from 10.9.0.0/16",
    "load-balancer: udp 12345 from load-balancer",
    "app-server: tcp 80 from load-balancer",
  ]);
});

test("app servers are reached on the port that they listen on, once for each", () => {
  const services = {
    web: { port: 80, "target-port": 3000 },
    api: { port: 81, "target-port": 3000 },
  };
  const behind = lines(JSON.stringify({ ...shop, services })).filter((line) =>
    line.startsWith("app-server"),
  );
  assert.deepEqual(behind, ["app-server: tcp 3000 from load-balancer"]);
});

test("a stack without app servers has no group of theirs", () => {
  const { groups } = firewall(stackOf(readExample("exoip-readme")));
  assert.deepEqual(groups, ["default", "load-balancer"]);
});

test("a page that the load balancers serve themselves has no rule behind them", () => {
  const { "app-servers": _, ...alone } = shop;
  const { rules } = firewall(stackOf(JSON.stringify(alone)));
  assert.ok(rules.every(({ group }) => group !== "app-server"));
});

test("every rule has a name of its own, without the engine's own mark", () => {
  const sources = [...new Set(["0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::/33"])];
  const access = { "ssh-from": [...sources, "::/0"], "icmp-from": sources };
  const { rules } = firewall(stackOf(JSON.stringify({ ...shop, access })));
  assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  for (const { name } of rules) assert.doesNotMatch(name, /::/);
});
