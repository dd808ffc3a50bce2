/**
 * The live page of a real lab, in a real browser: a person presses its buttons, and the picture is
 * held against what the lab itself says. `SCREENSHOTS=docs/images` keeps what it looks like.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { askLab } from "../../../lab/control/client.ts";
import {
  open,
  pictureOf,
  startBrowser,
  untilPicture,
  type Watched,
} from "../../lab/page/browser.ts";
import { log, stackFrom, until } from "./bench.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const name = `baton-page-${process.pid}`;
const images = process.env.SCREENSHOTS;

let folder = "";
let lab: ChildProcess;
let browser: Browser;
let watched: Watched;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "baton-page-"));
  // Nobody goes back by himself while a picture is compared.
  const quiet = [[/^election:\n/m, "election:\n  preempt: false\n"]] as const;
  const stack = stackFrom("exoscale-elastic-ip-article", quiet, folder);
  const args = ["cli/lab-process.ts", stack, "--no-failover", "--name", name];
  lab = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  lab.stdout?.setEncoding("utf8").on("data", (text: string) => {
    if (said.length < 10_000) said += text;
  });
  const url = (): string | undefined => /the live page: (\S+)/.exec(said)?.[1];
  await until("the lab has told where its page is", () => url() !== undefined, 120_000);
  browser = await startBrowser();
  watched = await open(browser, url() ?? "");
  await until("traffic flows", () => said.includes("from nothing to traffic"), 180_000);
});

after(async () => {
  await browser?.close();
  if (lab?.exitCode === null) {
    lab.kill("SIGINT");
    await once(lab, "close");
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Who holds, as the lab's own command tells it. */
const told = async (): Promise<string> =>
  /held by (.*)/.exec(await askLab(name, ["status"]))?.[1] ?? "";

const other = (host: string): string => (host === "lb1" ? "lb2" : "lb1");

const press = (page: Page, card: string, label: string) =>
  page
    .getByRole("article", { name: card })
    .getByRole("button", { name: label, exact: true })
    .click();

/**
 * Whether the agents hear each other; to one that has just started silence is no death. Read from
 * what the page is given: a command would be shown there, and nobody typed it.
 */
async function areLinked(page: Page): Promise<boolean> {
  const asked = new AbortController();
  const { body } = await fetch(new URL("/events", page.url()), { signal: asked.signal });
  let text = "";
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes("\n\n")) break;
  }
  asked.abort();
  const { agents } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "{}").model;
  return ["lb1", "lb2"].every((id) =>
    agents[id]?.peers.every(({ bothWays }: { bothWays: boolean }) => bothWays),
  );
}

/** All is well: both are healthy and hear each other, and one of them holds. */
async function untilCalm(page: Page): Promise<string> {
  await until(
    "the picture is calm",
    async () => {
      const { holds, off, silent, pressed, roles } = await pictureOf(page);
      const isKnown = Object.values(roles).sort().join() === "backup,master";
      const isCalm = isKnown && [...off, ...silent, ...pressed].length === 0;
      const isHeld = isCalm && holds.length === 1 && holds.join() === (await told());
      return isHeld && (await areLinked(page));
    },
    60_000,
  );
  return told();
}

async function keep(page: Page, title: string): Promise<void> {
  if (images === undefined) return;
  mkdirSync(images, { recursive: true });
  // As a person sees it who has looked for a while, on a screen that is high enough.
  const size = page.viewportSize();
  const width = 1140;
  await page.setViewportSize({ width, height: 2600 });
  await wait(title === "failover" ? 3000 : 1000);
  const end = page.locator(title === "failover" ? "#traffic" : ".cards.all");
  const box = await end.boundingBox();
  const height = Math.ceil((box?.y ?? 0) + (box?.height ?? 0)) + 6;
  // A row that would be cut through is left out.
  await page.locator(".log li").evaluateAll((rows, most) => {
    for (const row of rows)
      row.style.visibility = row.getBoundingClientRect().bottom > most ? "hidden" : "";
  }, height - 10);
  const path = join(images, `page-${title}.png`);
  await page.screenshot({ path, clip: { x: 0, y: 0, width, height } });
  await page.locator(".log li").evaluateAll((rows) => {
    for (const row of rows) row.style.visibility = "";
  });
  if (size !== null) await page.setViewportSize(size);
  log(`${path} is written`);
}

test("the lab's page shows who holds, and every heartbeat", async () => {
  const { page } = watched;
  const holder = await untilCalm(page);
  await page.getByRole("heading", { name: new RegExp(`is held by ${holder}$`) }).waitFor();
  await page.getByRole("img", { name: /^Answered by backend: app1 1\d\/s, app2 1\d\/s/ }).waitFor();
  if (images !== undefined) await wait(20_000);
  await keep(page, "healthy");
});

test("the holder loses its power: the other holds, and the time line says how that went", async () => {
  const { page } = watched;
  const holder = await untilCalm(page);
  const next = other(holder);
  await press(page, holder, "Cut power");
  await page.getByRole("heading", { name: new RegExp(`is held by ${next}$`) }).waitFor();
  await page.getByText(new RegExp(`${holder} → ${next} at .*no answer for \\d`)).waitFor();
  const phases =
    /^last heartbeat \+0.*detected \+\d.*claim sent \+\d(?=.*confirmed \+\d).*answer \+\d/;
  await page.getByRole("img", { name: phases }).waitFor();
  await page.getByRole("heading", { name: "Last failover", exact: true }).waitFor();
  await page
    .getByText(/after the last heartbeat, within the limit of 3\.15 s \(3 s \+ 5 %\)/)
    .waitFor();
  await untilPicture(page, {
    holds: [next],
    off: [holder],
    roles: { [holder]: "off", [next]: "master" },
    silent: ["lb1-lb2", "lb2-lb1"],
    pressed: ["Cut power"],
  });
  assert.equal(await told(), next);
  await page.getByText(`hears nothing from ${holder} any more`).first().waitFor();
  await keep(page, "failover");
});

test("healed, everything is calm again", async () => {
  const { page } = watched;
  await page.getByRole("button", { name: "Heal everything" }).click();
  await untilCalm(page);
});

test("a split: both run, neither hears the other, one holds in the end", async () => {
  const { page } = watched;
  // What failed before is over a minute ago.
  if (images !== undefined) await wait(60_000);
  const holder = await untilCalm(page);
  await press(page, "Between load balancers", "Split lb1 from lb2");
  await page.getByText("lb1 and lb2 do not hear each other.").waitFor();
  await page.getByRole("heading", { name: new RegExp(`is held by ${other(holder)}$`) }).waitFor();
  await untilPicture(page, {
    off: [],
    silent: ["lb1-lb2", "lb2-lb1"],
    crosses: 2,
    pressed: ["Split lb1 from lb2"],
    holds: [other(holder)],
  });
  await keep(page, "split");
  await page.getByRole("button", { name: "Heal everything" }).click();
  await untilCalm(page);
});

test("a reload and a second viewer show the same, and the browser complained of nothing", async () => {
  const { page, complaints } = watched;
  const second = await open(browser, page.url());
  await page.reload();
  const holder = await untilCalm(page);
  assert.equal(await untilCalm(second.page), holder);
  assert.deepEqual([...complaints, ...second.complaints], []);
});

test("a command from a terminal presses the button, too", async () => {
  const { page } = watched;
  await askLab(name, ["maintenance", "lb1", "on"]);
  await page.locator('[aria-pressed="true"]', { hasText: "Maintenance" }).waitFor();
  await askLab(name, ["maintenance", "lb1", "off"]);
  await untilCalm(page);
});

test("the lab ends, and the page says so", async () => {
  const closed = once(lab, "close");
  lab.kill("SIGINT");
  await watched.page.getByText(/the lab has ended; this is the last of it/).waitFor();
  assert.deepEqual(await closed, [0, null]);
});
