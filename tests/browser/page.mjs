// Drives the page in Chromium, with a running mock:
//
//   node page.mjs URL                      every step, and axe at four looks
//   node page.mjs URL --pictures FOLDER    the same, with pictures of the looks
//   node page.mjs URL --screenshot FILE    only one picture of the page at work
//   node page.mjs URL --step NAME          the steps with this in their name
//
// Exits with 1 and an error message if a step fails. CHROMIUM sets the browser, /usr/bin/chromium
// unless it is set. Every step has its own session; only --screenshot uses the default one,
// and resets it.
import { mkdir } from "node:fs/promises";
import { argv, exit, pid } from "node:process";

import { launch } from "./chromium.mjs";
import { look, photographOne } from "./page/look.mjs";
import { arrive } from "./page/person.mjs";
import { safety } from "./page/safety.mjs";
import { ofOtherDocuments, steps } from "./page/steps.mjs";

const [url, option, place] = argv.slice(2);
if (!url || (option && (!["--pictures", "--screenshot", "--step"].includes(option) || !place))) {
  console.error("usage: node page.mjs URL [--pictures FOLDER | --screenshot FILE | --step NAME]");
  exit(2);
}
const base = url.replace(/\/$/, "");
try {
  await fetch(`${base}/`);
} catch {
  console.error(`no mock answers at ${base}`);
  exit(2);
}
const browser = await launch();
let failed = 0;
let count = 0;

if (option === "--screenshot") {
  await photographOne(browser, base, place);
} else {
  const pictures = option === "--pictures" ? place : "";
  if (pictures) await mkdir(pictures, { recursive: true });
  const wanted = option === "--step" ? Object.entries({ ...steps, ...safety, ...ofOtherDocuments }) : Object.entries({ ...steps, ...safety });
  for (const [name, step] of wanted) if (option !== "--step" || name.includes(place)) await take(name, step);
  if (option !== "--step") await attempt("accessible and as wide as its window", (session) => look(browser, base, session, pictures));
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
