/** Debian's Chromium without a window, which tells all that goes wrong in a page. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/**
 * Debian's package runs as root only without its sandbox; it opens nothing but the lab's page. Text
 * without coloured edges looks the same everywhere, and makes small images.
 */
export async function startBrowser(): Promise<Browser> {
  assert.ok(existsSync(executablePath), "Debian's package chromium is not installed");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-lcd-text"] });
}

export type Watched = {
  readonly page: Page;
  /** What the browser complained of, and each request that went elsewhere. */
  readonly complaints: readonly string[];
};

/** Opens an address in a tab of its own. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1140, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (said) => {
    if (["error", "warning"].includes(said.type())) complaints.push(said.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin)
      complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.locator('[data-link="connected"]').waitFor();
  return { page, complaints };
}

/** What the picture shows, without its numbers. */
export type Picture = {
  readonly holds: readonly string[];
  readonly off: readonly string[];
  readonly roles: Readonly<Record<string, string>>;
  /** Ways on which no heartbeat arrives, as `lb1-lb2`. */
  readonly silent: readonly string[];
  readonly crosses: number;
  /** Labels of the buttons whose fault is in force. */
  readonly pressed: readonly string[];
};

/** All of it at one moment. */
export const pictureOf = (page: Page): Promise<Picture> =>
  page.locator("body").evaluate((body) => {
    const each = (selector: string, attribute: string): string[] =>
      [...body.querySelectorAll(selector)].map((one) => one.getAttribute(attribute) ?? "");
    const roles = each("[data-role]", "data-role");
    const pressed = [...body.querySelectorAll('.buttons [aria-pressed="true"]')];
    return {
      holds: each("[data-box].holds", "data-box"),
      off: each("[data-box].off", "data-box"),
      roles: Object.fromEntries(
        each("[data-role]", "data-box").map((name, index) => [name, roles[index] ?? ""]),
      ),
      silent: each('[data-heard="false"]', "id")
        .map((id) => id.replace("beat-", ""))
        .sort(),
      crosses: body.querySelectorAll(".cross").length,
      pressed: pressed.map((one) => one.textContent ?? ""),
    };
  });

/** Waits until the picture is as expected, as far as that is said. */
export async function untilPicture(page: Page, expected: Partial<Picture>): Promise<void> {
  const parts = Object.keys(expected) as (keyof Picture)[];
  for (let tried = 0; ; tried += 1) {
    const seen = await pictureOf(page);
    try {
      const same = Object.fromEntries(parts.map((part) => [part, seen[part]]));
      return assert.deepEqual(same, expected);
    } catch (error) {
      if (tried === 150) throw error;
      await page.waitForTimeout(100);
    }
  }
}
