/** The picture of a stack: the committed one is that of its file, and every example has one. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { diagram } from "../../operate/diagram/diagram.ts";
import { loadStack } from "../../stack/load.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function stackOf(text: string, name: string): Stack {
  const loaded = loadStack(text, name);
  assert.ok(loaded.ok);
  return loaded.stack;
}

const example = (name: string): Stack =>
  stackOf(readFileSync(`${root}examples/${name}`, "utf8"), name);

const textsIn = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);

test("the committed picture is that of the smallest stack", () => {
  const file = `${root}docs/smallest-stack.svg`;
  const drawn = diagram(example("minimal.yaml"));
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, drawn);
  const isCurrent = readFileSync(file, "utf8") === drawn;
  assert.ok(isCurrent, `npx baton diagram examples/minimal.yaml > ${file}`);
});

for (const name of readdirSync(`${root}examples`)) {
  test(`${name}: every host, address and network is in its picture`, () => {
    const stack = example(name);
    const svg = diagram(stack);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
    const texts = textsIn(svg);
    for (const host of hostsOf(stack)) assert.ok(texts.includes(host.name), host.name);
    for (const { ip, name } of stack.addresses) {
      if (ip !== undefined) assert.ok(texts.includes(ip), ip);
      assert.ok(texts.some((text) => text.startsWith(`address ${name}`)));
    }
    for (const { name } of stack.networks)
      assert.ok(texts.some((text) => text.startsWith(`network ${name} `)));
    // Nothing is drawn outside of the picture.
    const [, width = 0, height = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
    for (const [, x, y] of svg.matchAll(/ x="([\d.-]+)" y="([\d.-]+)"/g)) {
      assert.ok(Number(x) >= 0 && Number(x) < Number(width), `x ${x}`);
      assert.ok(Number(y) >= 0 && Number(y) < Number(height), `y ${y}`);
    }
  });
}

test("who may talk to whom stands beside the arrows", () => {
  const stack = stackOf(
    `name: shop
cloud: { provider: exoscale }
addresses: { web: {} }
services:
  web: { port: 80 }
  admin: { port: 8443, target-port: 9443, from: [192.0.2.0/24] }
access: { ssh-from: [192.0.2.0/24], icmp-from: [192.0.2.0/24] }
app-servers: 2
agent: { delivery: url, url: "https://downloads.example.com/baton-agent.js" }
`,
    "shop.yaml",
  );
  const texts = textsIn(diagram(stack));
  for (const said of [
    "anywhere",
    "web TCP 80",
    "192.0.2.0/24",
    "admin TCP 8443",
    "SSH TCP 22, ping, to every host",
    "TCP 80, 9443, from the load balancers alone",
    "haproxy, agent; heartbeat UDP 12345 among themselves",
    "given by the cloud",
  ])
    assert.ok(texts.includes(said), said);
});
