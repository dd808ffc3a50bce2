/** The page in a real browser, told what a lab would tell: the picture is right, whoever looks. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { type Page, servePage } from "../../../lab/page/page.ts";
import { open, pictureOf, startBrowser, untilPicture, type Watched } from "./browser.ts";
import * as script from "./script.ts";

let browser: Browser;
let server: Page;
let orders: (readonly string[])[] = [];
let opened: Watched[] = [];

before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

beforeEach(async () => {
  orders = [];
  opened = [];
  server = await servePage({
    facts: script.facts(),
    port: 0,
    order: async (words) => {
      orders.push(words);
      if (words[0] === "freeze") throw new Error("lb1 is off; switch it on first");
      server.tell({ kind: "order", words });
      return undefined;
    },
  });
});

afterEach(async () => {
  for (const { page, complaints } of opened) {
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
  await server.close();
});

const look = async (options: BrowserContextOptions = {}, url = server.url) => {
  const watched = await open(browser, url, options);
  opened.push(watched);
  return watched.page;
};

const calm = { off: [], silent: [], crosses: 0, pressed: [] };

test("a healthy stack: who holds, all heartbeats, what each backend answers", async () => {
  // So far ahead that the last seconds are whole while the browser looks.
  script.healthy(server, Date.now() + 3000);
  const page = await look();
  await page.getByRole("heading", { name: `${script.address} is held by lb1` }).waitFor();
  await page.getByText("Every request of the last minute was answered.").waitFor();
  await untilPicture(page, {
    ...calm,
    holds: ["lb1"],
    roles: { lb1: "master", lb2: "backup" },
  });
  const chart = page.getByRole("img", { name: /^Answered by backend: app1 1\d\/s/ });
  await chart.waitFor();
  await page.getByText("“holds, as elected”").waitFor();
});

test("several addresses: each stands in the picture, and each one's failover can be looked at", async () => {
  const now = Date.now();
  const { second } = script;
  script.healthy(server, now - 12_000);
  const page = await look();
  await page.getByRole("heading", { name: `${script.address} is held by lb1` }).waitFor();
  assert.equal(await page.getByRole("group", { name: "Address" }).getByRole("button").count(), 0);
  script.failover(server, now - 9000);
  const cells = { begin: now - 5000, stepMs: 50, row: [] };
  const claim = {
    id: 2,
    cause: "other" as const,
    ip: second,
    from: "lb2",
    to: "lb1",
    claimSent: now - 4000,
    failed: 0,
  };
  server.tell({ kind: "failover", failover: { ...claim, cells } });
  const holders = { [script.address]: ["lb2"], [second]: ["lb1"] };
  server.tell({ kind: "scene", holders, off: [] });
  const title = `${script.address} is held by lb2; ${second} is held by lb1`;
  await page.getByRole("heading", { name: title }).waitFor();
  assert.equal(await page.locator('[data-box="address"]').count(), 2);
  await page.getByText(/^lb2 → lb1 at .*No request failed\.$/).waitFor();
  await page.getByRole("button", { name: script.address, exact: true }).click();
  await page.getByText(/^lb1 → lb2 at /).waitFor();
});

for (const width of [360, 1280])
  test(`of two addresses the one that is dead stands out, on ${width} px`, async () => {
    // So far ahead that the last seconds are whole while the browser looks.
    const now = Date.now() + 10_000;
    const { address, second } = script;
    script.healthy(server, now);
    script.traffic(server, script.samples(now - 20_000, now, true), "lb2", second);
    for (const node of ["lb1", "lb2"]) {
      const [one] = script.view(node, node === "lb1").addresses;
      const [other] = script.view(node, node === "lb2").addresses;
      const addresses = one && other ? [one, { ...other, ip: second }] : [];
      server.tell({ kind: "agent", node, view: script.view(node, true, { addresses }) });
    }
    server.tell({ kind: "scene", holders: { [address]: ["lb1"], [second]: ["lb2"] }, off: [] });
    const page = await look({ viewport: { width, height: 800 } });
    await page.getByRole("heading", { name: `Nobody answers at ${second}`, exact: true }).waitFor();
    await page
      .getByText(/: none to 198\.51\.100\.50, (\d+) of \1 to 198\.51\.100\.51\.$/)
      .waitFor();
    await page.getByText("0/s, 150 failed", { exact: true }).waitFor();
    await page.getByText(/^failed 50\/s at 198\.51\.100\.51$/).waitFor();
    const boxes = await page.locator(".picture svg [data-box]").evaluateAll((all) =>
      all.map((one) => {
        const rect = one.querySelector("rect")?.getBoundingClientRect();
        const rights = [...one.querySelectorAll("text")].map((text) => {
          return text.getBoundingClientRect().right - (rect?.right ?? 0);
        });
        const name = `${one.textContent} ${one.getAttribute("class")}`;
        return { name, over: Math.max(...rights) };
      }),
    );
    assert.deepEqual(
      boxes.filter(({ name }) => name.includes("address bad")).map(({ name }) => name),
      [`${second} box address bad`],
    );
    assert.deepEqual(
      boxes.filter(({ over }) => over > -4),
      [],
    );
  });

test("a failover that comes in while somebody looks", async () => {
  const now = Date.now();
  script.healthy(server, now - 12_000);
  const page = await look();
  script.failover(server, now - 9000);
  await page.getByRole("heading", { name: `${script.address} is held by lb2` }).waitFor();
  await untilPicture(page, {
    holds: ["lb2"],
    off: ["lb1"],
    roles: { lb1: "off", lb2: "master" },
    silent: ["lb1-lb2", "lb2-lb1"],
    crosses: 0,
    pressed: ["Cut power"],
  });
  const phases = /last heartbeat \+0\.00 s, detected \+2\.9.*confirmed \+4.*first good answer/;
  await page.getByRole("img", { name: phases }).waitFor();
  await page
    .getByText(
      /within the limit of 3\.15 s \(3 s \+ 5 %\)\. 200 requests failed; no answer for 4\.0/,
    )
    .waitFor();
  await page.getByText("hears nothing from lb1 any more").waitFor();
});

test("while nobody answers, that is what stands on top", async () => {
  const now = Date.now();
  script.healthy(server, now - 3000);
  const page = await look();
  script.traffic(server, script.samples(now - 3000, now, true), "lb1");
  await page.getByRole("heading", { name: `Nobody answers at ${script.address}` }).waitFor();
});

test("a split: both run, and neither hears the other", async () => {
  const now = Date.now();
  script.healthy(server, now - 6000);
  const page = await look();
  script.split(server, now - 5000);
  script.traffic(server, script.samples(now - 6000, now), "lb1");
  await page.getByText("lb1 and lb2 do not hear each other.").waitFor();
  await untilPicture(page, {
    ...calm,
    holds: ["lb1"],
    roles: { lb1: "master", lb2: "backup" },
    silent: ["lb1-lb2", "lb2-lb1"],
    crosses: 2,
    pressed: ["Split lb1 from lb2"],
  });
});

test("a reload and a second viewer see the same, and change nothing", async () => {
  script.healthy(server, Date.now() - 12_000);
  script.failover(server, Date.now() - 9000);
  const first = await look();
  const picture = await pictureOf(first);
  const known = JSON.stringify(server.model);
  const second = await look();
  await first.reload();
  await first.locator('[data-link="connected"]').waitFor();
  assert.deepEqual(await pictureOf(second), picture);
  assert.deepEqual(await pictureOf(first), picture);
  assert.equal(JSON.stringify(server.model), known);
});

test("a button is one order; pressed again it ends its fault, for every viewer", async () => {
  script.healthy(server, Date.now());
  const page = await look();
  const other = await look();
  const button = page
    .getByRole("article", { name: "lb1" })
    .getByRole("button", { name: "Cut from API" });
  await button.click();
  await other.locator('[aria-pressed="true"]', { hasText: "Cut from API" }).waitFor();
  await button.click();
  await page.getByText("api-mend lb1: done").waitFor();
  assert.deepEqual(orders, [
    ["api-cut", "lb1"],
    ["api-mend", "lb1"],
  ]);
  assert.deepEqual((await pictureOf(other)).pressed, []);
});

/** What the picture itself shows of a fault, by its verb: in the box of who has it. */
const marks: Readonly<Record<string, RegExp>> = {
  freeze: /frozen/,
  impair: /loses packets/,
  "cut client": /cut from clients/,
  "api-cut": /cut from API/,
  "metadata-cut": /cut from metadata/,
  "agent-stop": /agent stopped/,
};

test("each fault that lasts is shown as in force where it is, until it is undone", async () => {
  script.healthy(server, Date.now());
  const page = await look();
  for (const [name, { faults, title }] of Object.entries(script.facts().faults))
    for (const { label, words, undo } of faults) {
      if (undo === undefined) continue;
      server.tell({ kind: "order", words });
      await untilPicture(page, { pressed: [label] });
      const card = page.getByRole("article", { name: title, exact: true });
      assert.equal(await card.locator('[aria-pressed="true"]').textContent(), label);
      const mark = marks[words.slice(0, -1).join(" ")] ?? marks[words[0] ?? ""];
      if (/^lb/.test(name) && mark)
        assert.match((await page.locator(`[data-box="${name}"]`).textContent()) ?? "", mark);
      const isApi = (await page.locator('[data-box="api"].bad').count()) > 0;
      assert.equal(isApi, name === "cloud", label);
      server.tell({ kind: "order", words: undo });
      await untilPicture(page, calm);
    }
});

test("what the lab refuses is told in its words", async () => {
  const page = await look();
  await page.getByRole("article", { name: "lb1" }).getByRole("button", { name: "Freeze" }).click();
  await page.getByText("lb1 is off; switch it on first").waitFor();
  // The browser itself notes that the answer was a refusal.
  const [watched] = opened;
  assert.match(watched?.complaints.join() ?? "", /409/);
  opened = [];
});

test("by keyboard alone: to the faults, and a fault begins", async () => {
  script.healthy(server, Date.now());
  const page = await look();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(":focus").textContent(), "Heal everything");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.locator('[aria-pressed="true"]', { hasText: "Cut power" }).waitFor();
  // It stays where it is, however often the page is told something.
  script.beats(server, Date.now());
  assert.equal(await page.locator(":focus").textContent(), "Cut power");
  assert.deepEqual(orders, [["kill", "lb1"]]);
});

/** WCAG 2.2: relative luminance, and the ratio of two. @param shades as `rgb(1, 2, 3)` */
function contrast(...shades: readonly string[]): number {
  const [darker = 0, lighter = 0] = shades
    .map((text) => {
      const [r = 0, g = 0, b = 0] = (text.match(/[\d.]+/g) ?? []).map((part) => {
        const value = Number(part) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })
    .sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

for (const colorScheme of ["light", "dark"] as const)
  test(`on a phone's width, ${colorScheme}: nothing is cut off, and text can be read`, async () => {
    script.healthy(server, Date.now());
    const page = await look({ viewport: { width: 360, height: 740 }, colorScheme });
    await page.getByRole("heading", { name: /is held by lb1/ }).waitFor();
    const wide = await page.locator("html").evaluate((root) => root.scrollWidth);
    const texts = page.locator("h1, #now p, figcaption, .log span, .why");
    const shades = await texts.evaluateAll((all) =>
      all.map((one) => {
        const { document, getComputedStyle } = one.ownerDocument.defaultView;
        const { backgroundColor } = getComputedStyle(document.documentElement);
        return [getComputedStyle(one).color, backgroundColor] as const;
      }),
    );
    const ratios = shades.map(([ink, paper]) => contrast(ink, paper));
    assert.ok(wide <= 360, `${wide} px wide`);
    // WCAG 2.2, 1.4.3.
    assert.ok(ratios.length > 5 && ratios.every((ratio) => ratio >= 4.5), ratios.join(" "));
  });

test("whoever scrolls to the faults still sees who holds; a phone has no overlap", async () => {
  script.healthy(server, Date.now() - 12_000);
  script.failover(server, Date.now() - 9000);
  const page = await look({ viewport: { width: 360, height: 740 } });
  await page.getByRole("heading", { name: /is held by lb2/ }).waitFor();
  const bar = page.locator("#bar");
  assert.equal(await bar.isVisible(), false);
  const over = await page.locator(".timeline").evaluate((line) => {
    const ends = [...line.querySelectorAll("text.name")].map((one) => one.getBoundingClientRect());
    const times = [...line.querySelectorAll("text.time")].map((one) => one.getBoundingClientRect());
    return times.filter((time) =>
      ends.some((name) => name.top === time.top && name.right > time.left - 3),
    ).length;
  });
  assert.equal(over, 0);
  await page.getByRole("button", { name: "Takes 3 s" }).scrollIntoViewIfNeeded();
  await bar.waitFor({ state: "visible" });
  const texts = await bar
    .locator("[data-text]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-text")).join(" "));
  assert.match(texts, /is held by lb2.*requests of the last minute/);
});

test("on a desktop the buttons stand with headline and diagram on one screen", async () => {
  script.healthy(server, Date.now());
  const page = await look({ viewport: { width: 1280, height: 800 } });
  await page.getByRole("heading", { name: /is held by lb1/ }).waitFor();
  for (const label of ["Cut power", "Move here"])
    for (const card of ["lb1", "lb2"]) {
      const button = page.getByRole("article", { name: card }).getByRole("button", { name: label });
      const box = await button.boundingBox();
      assert.ok(box !== null && box.y + box.height <= 800, `${card} ${label}: ${box?.y}`);
    }
});

test("what was received is text, whatever it looks like", async () => {
  script.healthy(server, Date.now());
  const page = await look();
  const text = '<img src="/none.png" onerror="document.title = 1"><script>alert(1)</script>';
  server.tell({ kind: "said", who: "<b>lb1</b>", tone: "agent", text });
  await page.getByText(text).waitFor();
  assert.equal(await page.locator(".log img, .log script, .log b b").count(), 0);
});

test("without the key one may look; the buttons are grey, and it says why", async () => {
  script.healthy(server, Date.now());
  const page = await look({}, server.url.replace(/#.*/, ""));
  await page.getByText("watching; buttons need the address that the terminal shows").waitFor();
  await page
    .getByText("To press these, open the address that the terminal shows, to the last letter.")
    .waitFor();
  assert.equal(await page.locator("#faults button:enabled").count(), 0);
  assert.deepEqual(orders, []);
});

test("when the lab ends the page says so, and keeps what it showed", async () => {
  script.healthy(server, Date.now());
  const page = await look();
  opened = [];
  await server.close();
  await page.getByText(/the lab has ended; this is the last of it/).waitFor();
  await page.getByRole("heading", { name: "The lab has ended" }).waitFor();
  await page.getByText(/^At its end: \S+ is held by lb1\. Every request/).waitFor();
  await page.context().close();
  server = await servePage({ facts: script.facts(), port: 0, order: async () => undefined });
});
