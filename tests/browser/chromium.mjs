// The browser of all these programs, with time limits that suit a busy machine.
import { chromium } from "playwright-core";

/** Milliseconds: only a step that never succeeds takes so long. */
export const PATIENCE = 180_000;

/** Starts /usr/bin/chromium, or the browser that the environment variable CHROMIUM names. */
export function launch(...args) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", ...args],
    timeout: PATIENCE,
  });
}

/** Opens a page with its own cookies. */
export async function openPage(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  return context.newPage();
}
