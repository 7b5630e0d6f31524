// Drives the built application with a headless browser: four users at the same time, each in their
// own session, and none sees the changes of the others.
//
//   node drive.mjs APPLICATION_FOLDER MOCK_URL [FOLDER_FOR_SCREENSHOTS]
//
// The browser is /usr/bin/chromium, or that of the environment variable CHROMIUM.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { argv, exit, pid } from "node:process";

import { launch, openPage } from "./chromium.mjs";
import { Control } from "./control.mjs";
import { serve } from "./serve.mjs";
import { tell } from "./story.mjs";
import { Visitor } from "./visitor.mjs";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const WINDOWS = {
  "wide-light": { viewport: WIDE, colorScheme: "light" },
  "wide-dark": { viewport: WIDE, colorScheme: "dark" },
  "phone-light": { viewport: PHONE, colorScheme: "light", hasTouch: true },
  "phone-dark": { viewport: PHONE, colorScheme: "dark", hasTouch: true },
};

const [, , folder, mock, screenshots] = argv;
if (mock === undefined) {
  console.error("usage: node drive.mjs APPLICATION_FOLDER MOCK_URL [FOLDER_FOR_SCREENSHOTS]");
  exit(2);
}
if (screenshots !== undefined) {
  await mkdir(screenshots, { recursive: true });
}
const site = await serve(resolve(folder));
const browser = await launch();
const results = await Promise.all(Object.keys(WINDOWS).map(visit));
await browser.close();
site.close();
exit(results.every(Boolean) ? 0 : 1);

/** True if the story of one window was completed. */
async function visit(name) {
  const control = new Control(mock, `${name}-${pid}`);
  const visitor = new Visitor(await openPage(browser, WINDOWS[name]), name, screenshots);
  const begin = Date.now();
  try {
    await visitor.page.goto(`${site.url}?${new URLSearchParams({ api: mock, session: control.session })}`);
    await tell(visitor, control);
    console.log(`${name}: told in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    return true;
  } catch (error) {
    await explain(visitor, control, error);
    return false;
  } finally {
    await control.end().catch(() => {});
    await visitor.page.context().close();
  }
}

async function explain(visitor, control, error) {
  const where = error.stack.split("\n").filter((line) => line.includes("story.mjs")).at(-1) ?? "";
  console.error(`FAILED in ${visitor.name}: ${error.message}\n${where.trim()}`);
  for (const problem of visitor.problems) {
    console.error(`  ${problem}`);
  }
  console.error(await visitor.page.locator("body").innerText());
  const journal = await control.journal().catch(() => []);
  for (const { method, path, status, login } of journal.slice(-10)) {
    console.error(`  ${method} ${path} ${status} ${login ?? ""}`);
  }
}
