// How the page looks: accessible, as wide as its window, on a screen and a phone, light and dark.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { arrive } from "./person.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WINDOWS = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const GROUPS = "/client/@me/extension_group/";

/** What axe finds in the page at every window and colour, with things going on; pictures if asked. */
export async function look(browser, base, name, pictures) {
  const findings = [];
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, window] of Object.entries(WINDOWS)) {
      const person = await arrive(browser, base, `${name}-${size}-${colorScheme}`, { ...window, colorScheme, reducedMotion: "reduce" });
      await makeBusy(person);
      const title = `${size}, ${colorScheme}`;
      findings.push(...(await examine(person.page, title)));
      if (pictures) await photograph(person.page, pictures, `${size}-${colorScheme}`);
      await person.button("Reset…").click();
      findings.push(...(await examine(person.page, `${title}, with the question`)));
      if (pictures) await person.page.screenshot({ path: path.join(pictures, `${size}-${colorScheme}-question.png`) });
      await person.leave();
    }
  }
  assert.deepEqual(findings, []);
}

/** One picture of the default session at work, which begins anew before and after. */
export async function photographOne(browser, base, file) {
  await fetch(`${base}/__mock__/reset`, { method: "POST" });
  const person = await arrive(browser, base, "", { width: 1280, height: 960, reducedMotion: "reduce" });
  await makeBusy(person, false);
  await person.page.evaluate(() => window.scrollTo(0, 0));
  await person.page.screenshot({ path: file });
  await person.control("POST", "reset");
  await person.control("DELETE", "snapshots/before-lunch");
  await person.leave();
}

/** A token, requests of every verdict, a fault, a snapshot, a message, and open rows. */
async function makeBusy(person, isOpen = true) {
  const { page } = person;
  const token = await person.token();
  await person.ask("GET", "/user/", { token });
  await person.createGroup("Night shift", token);
  await person.ask("PUT", "/client/@me/extension/30", { token, body: { extension_group_id: 14 } });
  await person.ask("GET", "/extension_group/14/extension/", { token });
  await person.ask("POST", GROUPS, { token, body: { nam: "Typing error" } });
  await person.control("PUT", "snapshots/before-lunch");
  await person.button("Token for client-admin").click();
  await person.told("is ready to copy");
  await page.getByRole("switch", { name: "Every response is 503" }).click();
  await person.told("Every response is 503: on.");
  await person.ask("GET", GROUPS, { token });
  await person.row("503").waitFor();
  if (isOpen) {
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  } else {
    await person.row("refused").locator("summary").click();
    await page.getByLabel("Simulate for").selectOption({ index: 0 });
    await person.button("Call").click();
    await person.told("A call of");
  }
}

/** What axe finds in a page, and whether it is wider than its window. */
export async function examine(page, title) {
  const findings = [];
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (tooWide > 0) findings.push(`${title}: is ${tooWide} pixels wider than its window`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of violations) {
    const example = nodes[0].html.replace(/\s+/g, " ").slice(0, 160);
    findings.push(`${title}: ${impact}: ${id}: ${help}: ${nodes.length} places, as ${example}`);
  }
  return findings;
}

async function photograph(page, folder, name) {
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await page.screenshot({ path: path.join(folder, `${name}-full.png`), fullPage: true });
}
