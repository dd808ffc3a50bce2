/** The page's server, asked by plain HTTP: who may look, who may order, and what. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, test } from "node:test";
import { verbs } from "../../../lab/faults/verbs.ts";
import { type Page, servePage } from "../../../lab/page/page.ts";
import * as script from "./script.ts";

let page: Page;
let orders: (readonly string[])[] = [];

before(async () => {
  page = await servePage({
    facts: script.facts(),
    port: 0,
    order: async (words) => {
      orders.push(words);
      return undefined;
    },
  });
});
after(() => page?.close());
beforeEach(() => {
  orders = [];
});

const port = (): number => Number(new URL(page.url).port);
const key = (): string => new URL(page.url).hash.slice(1);

type Asked = {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

async function ask({ path = "/", method = "GET", headers = {}, body }: Asked = {}) {
  const asked = request({ host: "127.0.0.1", port: port(), path, method, headers });
  asked.end(body);
  const [response] = await once(asked, "response");
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}

/** What the page's own script sends, and what is different about it. */
const order = (words: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask({
    path: "/order",
    method: "POST",
    body: JSON.stringify(words),
    headers: { origin: `http://127.0.0.1:${port()}`, "x-baton-key": key(), ...headers },
  });

test("an order of the page itself, with its key, is carried out", async () => {
  assert.equal((await order(["kill", "lb1"])).status, 200);
  assert.equal((await order(["heal"])).status, 200);
  assert.deepEqual(orders, [["kill", "lb1"], ["heal"]]);
});

test("without the key, from another origin, or for what no button says: nothing is done", async () => {
  const own = `http://127.0.0.1:${port()}`;
  for (const headers of [
    { "x-baton-key": "" },
    { "x-baton-key": `${key().slice(0, -1)}~` },
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:1" },
    { origin: own, "sec-fetch-site": "same-site" },
  ])
    assert.equal((await order(["kill", "lb1"], headers)).status, 403, JSON.stringify(headers));
  const bare = { path: "/order", method: "POST", body: '["kill","lb1"]' };
  assert.equal((await ask({ ...bare, headers: { "x-baton-key": key() } })).status, 403);
  for (const words of [
    ["exec", "lb1", "id"],
    ["kill", "lb9"],
    ["kill", "lb1", "now"],
    ["kill"],
    "kill lb1",
    { words: ["kill", "lb1"] },
    ["x".repeat(5000)],
  ])
    assert.equal((await order(words)).status, 400, JSON.stringify(words).slice(0, 60));
  assert.deepEqual(orders, []);
});

test("a name that somebody turned to this machine gets nothing", async () => {
  for (const host of [
    "evil.example",
    `evil.example:${port()}`,
    "127.0.0.1.evil.example",
    "10.0.0.1",
  ])
    for (const path of ["/", "/page.js", "/events", "/order"])
      assert.equal((await ask({ path, headers: { host } })).status, 421, host);
  for (const host of ["localhost", `localhost:${port()}`, "[::1]:4280"])
    assert.equal((await ask({ headers: { host } })).status, 200, host);
});

test("every answer forbids scripts and frames that are not its own", async () => {
  for (const path of ["/", "/page.js", "/style.css", "/icon.svg", "/none", "/../page.ts"]) {
    const { headers } = await ask({ path });
    const policy = String(headers["content-security-policy"]);
    assert.match(policy, /default-src 'none'; script-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["access-control-allow-origin"], undefined);
  }
  assert.equal((await ask({ path: "/none" })).status, 404);
  assert.equal((await ask({ method: "DELETE" })).status, 405);
});

test("the key is in nothing that is served", async () => {
  for (const path of ["/", "/page.js", "/style.css"])
    assert.ok(!(await ask({ path })).text.includes(key()), path);
});

test("only this machine reaches it", async () => {
  const others = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ family, internal }) => family === "IPv4" && !internal),
  );
  for (const { address } of others) {
    const socket = connect(port(), address);
    const [error] = await once(socket, "error");
    assert.equal(error.code, "ECONNREFUSED");
  }
});

test("whoever looks gets the model first and then each message", async () => {
  const asked = request({ host: "127.0.0.1", port: port(), path: "/events" });
  asked.end();
  const [response] = await once(asked, "response");
  assert.equal(response.headers["content-type"], "text/event-stream");
  let heard = "";
  response.setEncoding("utf8").on("data", (piece: string) => {
    heard += piece;
  });
  await once(response, "data");
  assert.match(heard, /^event: model\ndata: \{"now":\d+,"model":\{"facts":/);
  page.tell({ kind: "said", who: "lb1", tone: "agent", text: "two\nlines" });
  await once(response, "data");
  assert.match(heard, /event: message\ndata: \{.*"text":"two\\nlines".*\}\n\n$/);
  asked.destroy();
});

test("a port that is taken leads to another one", async () => {
  const options = { facts: script.facts(), order: async () => undefined, port: port() };
  const second = await servePage(options);
  assert.notEqual(new URL(second.url).port, new URL(page.url).port);
  await second.close();
});

test("every command of the lab that befalls it has a button, and what ends a fault is one", () => {
  const { faults } = script.facts();
  const buttons = Object.values(faults).flatMap((group) => group.faults);
  const words = buttons.flatMap(({ words: own, undo = [] }) => [own, undo]);
  const said = new Set(words.map(([verb]) => verb));
  // These two look at a host, or run any program on it; all are healed by a button of its own.
  const others = ["exec", "journal", "heal"];
  assert.deepEqual(
    Object.keys(verbs).filter((verb) => !said.has(verb) && !others.includes(verb)),
    [],
  );
  const names = buttons.map((one) => one.words.join(" "));
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});
