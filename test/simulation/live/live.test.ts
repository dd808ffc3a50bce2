/** The simulation that the page shows: it runs in real time, and is shown as a lab is. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { faultGroups } from "../../../lab/page/buttons.ts";
import { emptyModel } from "../../../lab/page/model.ts";
import { open, startBrowser, untilPicture } from "../../lab/page/browser.ts";
import { askForEver } from "./client.ts";
import { orders } from "./orders.ts";
import { liveGroup } from "./told.ts";

const nodes = ["lb1", "lb2"];

/** The group and the page's model, brought on by hand. */
function around() {
  const model = emptyModel(
    {
      stack: "shop",
      simulation: true,
      balancers: nodes,
      backends: [],
      intervalMs: 1000,
      limitMs: 3000,
      faults: faultGroups(nodes, [], (verb) => Object.hasOwn(orders, verb)),
    },
    0,
  );
  const { group, teller, pass, order } = liveGroup(model);
  askForEver(group, Date.now(), teller.sample);
  const holders = () => group.cloud.holders(group.ips[0] ?? "");
  return { model, group, pass, order, holders };
}

test("the holder dies, a split comes, all is healed: the group holds its address", async () => {
  const { model, pass, order, holders } = around();
  const lb1 = () => model.agents.lb1;
  await pass(10_000);
  assert.deepEqual(holders(), ["lb1"]);
  order("kill", "lb1");
  await pass(9000);
  assert.deepEqual(holders(), ["lb2"]);
  assert.deepEqual(model.off, ["lb1"]);
  assert.equal(lb1(), null);
  assert.deepEqual(
    Object.values(model.failovers).map(({ to }) => to),
    ["lb2"],
  );
  order("heal");
  await pass(20_000);
  assert.deepEqual(model.off, []);
  order("cut", "lb1", "lb2");
  await pass(5000);
  assert.equal(lb1()?.peers[0]?.heard, false);
  order("mend", "lb1", "lb2");
  await pass(30_000);
  assert.equal(holders().length, 1);
  assert.equal(lb1()?.peers[0]?.bothWays, true);
});

test("every order of a button can be carried out, and healed", async () => {
  const { model, pass, order, holders } = around();
  await pass(8000);
  for (const { faults } of Object.values(model.facts.faults))
    for (const { words, undo } of faults) {
      order(...(words as [string]));
      await pass(2000);
      if (undo !== undefined) order(...(undo as [string]));
      order("heal");
      await pass(20_000);
      assert.equal(holders().length, 1, words.join(" "));
    }
  assert.deepEqual(model.inForce, []);
});

let browser: Browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

test("as a program it serves the page, which names itself a simulation", async () => {
  const program = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [said] = await once(child.stdout.setEncoding("utf8"), "data");
    const url = /a simulation, not a lab: (\S+)/.exec(said)?.[1] ?? "";
    const { page, complaints } = await open(browser, url);
    await page.getByText("A simulation: the agents decide as real ones do").waitFor();
    await page.getByRole("heading", { name: "203.0.113.7 is held by lb1" }).waitFor();
    await page
      .getByRole("article", { name: "Between load balancers" })
      .getByRole("button", { name: "Split lb1 from lb2" })
      .click();
    await page.getByText("lb1 and lb2 do not hear each other.").waitFor();
    await untilPicture(page, { silent: ["lb1-lb2", "lb2-lb1"], crosses: 2 });
    assert.deepEqual(complaints, []);
  } finally {
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "close"), [0, null]);
  }
});

test("a reader that is gone ends the program without a word", async () => {
  const program = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  assert.deepEqual(await once(child, "close"), [0, null]);
  assert.equal(complaints, "");
});
