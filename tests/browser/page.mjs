// Drives the page for people in Chromium, at a mock that runs already:
//
//   node page.mjs URL                      every step, and axe at four looks
//   node page.mjs URL --pictures FOLDER    the same, with pictures of the looks
//   node page.mjs URL --screenshot FILE    only one picture of the page at work
//
// Ends with 1 and what went wrong if a step fails. CHROMIUM names the browser, /usr/bin/chromium
// unless it is set. Every step has a session of its own; only --screenshot uses the default one,
// and resets it.
import { mkdir } from "node:fs/promises";
import { argv, env, exit, pid } from "node:process";

import { chromium } from "playwright-core";

import { look, photographOne } from "./page/look.mjs";
import { arrive } from "./page/person.mjs";
import { safety } from "./page/safety.mjs";
import { steps } from "./page/steps.mjs";

const [url, option, place] = argv.slice(2);
if (!url || (option && (!["--pictures", "--screenshot"].includes(option) || !place))) {
  console.error("usage: node page.mjs URL [--pictures FOLDER | --screenshot FILE]");
  exit(2);
}
const base = url.replace(/\/$/, "");
try {
  await fetch(`${base}/`);
} catch {
  console.error(`no mock answers at ${base}`);
  exit(2);
}
const browser = await chromium.launch({
  executablePath: env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
let failed = 0;
let count = 0;
// A part of a step's name, to try that one alone.
const only = env.STEP;

if (option === "--screenshot") {
  await photographOne(browser, base, place);
} else {
  if (place) await mkdir(place, { recursive: true });
  for (const [name, step] of Object.entries({ ...steps, ...safety })) {
    if (!only || name.includes(only)) await take(name, step);
  }
  if (!only) await attempt("accessible and as wide as its window", (session) => look(browser, base, session, place));
  console.log(`${count - failed} of ${count} steps succeed`);
}
await browser.close();
exit(failed ? 1 : 0);

async function take(name, step) {
  await attempt(name, async (session) => {
    const person = await arrive(browser, base, session);
    await step(person, { browser, base, name: session });
    await person.leave();
  });
}

async function attempt(name, action) {
  count += 1;
  const began = Date.now();
  try {
    await action(`page-${pid}-${count}`);
    console.log(`ok    ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack}\n`);
  }
}
