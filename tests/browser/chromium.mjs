// The browser of all these programs, and pages in it that wait for as long as a busy machine needs.
import { chromium } from "playwright-core";

/** Milliseconds: no step takes that long, but for one that will never come. */
export const PATIENCE = 180_000;

/** Starts /usr/bin/chromium, or the browser that the environment variable CHROMIUM names. */
export function launch(...args) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", ...args],
    timeout: PATIENCE,
  });
}

/** Opens a page with cookies of its own. */
export async function openPage(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  return context.newPage();
}
