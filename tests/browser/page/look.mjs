// The look of the page: accessible, as wide as its window, on a screen and a phone, light and dark.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { arrive } from "./person.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WINDOWS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const GROUPS = "/client/@me/extension_group/";
const PANELS = ["groups", "users", "calls", "faults", "state", "sessions"];

/** Findings of axe in every panel with data, for every window and colour scheme; pictures if requested. */
export async function look(browser, base, name, pictures) {
  const findings = [];
  const looks = [["wide", "light"], ["wide", "dark"], ["phone", "dark"], ["phone", "light"]];
  for (const [index, [size, colorScheme]] of looks.entries()) {
    const options = { ...WINDOWS[size], colorScheme, reducedMotion: "reduce", panel: "" };
    const person = await arrive(browser, base, name, options);
    if (index === 0) await makeBusy(person);
    const panels = size === "phone" ? ["journal", ...PANELS] : PANELS;
    // One colour has all panels of a window, the other one what colours most.
    for (const panel of index % 2 ? panels.filter((one) => ["journal", "groups", "faults"].includes(one)) : panels) {
      const title = `${size}, ${colorScheme}, ${panel}`;
      await show(person, panel);
      findings.push(...(await examine(person.page, title)));
      if (pictures) await person.page.screenshot({ path: path.join(pictures, `${size}-${colorScheme}-${panel}.png`) });
    }
    await person.leave();
  }
  assert.deepEqual(findings, []);
}

/** One picture of the default session with data, which is reset before and after. */
export async function photographOne(browser, base, file) {
  await fetch(`${base}/__mock__/reset`, { method: "POST" });
  const person = await arrive(browser, base, "", { width: 1240, height: 760, reducedMotion: "reduce" });
  await makeBusy(person);
  await show(person, "groups");
  await person.button("Voicemail for 000*302").click();
  await person.told("A voice message arrived for 000*302 Ivanova");
  await person.row("refused").locator("summary").click();
  await person.page.evaluate(() => window.scrollTo(0, 0));
  await person.page.screenshot({ path: file });
  await person.control("POST", "reset");
  await person.control("DELETE", "snapshots/before-lunch");
  await person.leave();
}

/** A token, requests of every verdict, a call, a fault, a snapshot. */
async function makeBusy(person) {
  const token = await person.token();
  await person.ask("GET", "/user/", { token });
  await person.createGroup("Night shift", token);
  await person.ask("PUT", "/client/@me/extension/33", { token, body: { extension_group_id: 14 } });
  await person.ask("GET", "/extension_group/14/extension/", { token });
  await person.ask("POST", GROUPS, { token, body: { nam: "Typing error" } });
  await person.control("PUT", "snapshots/before-lunch");
  await person.control("POST", "calls", { extension: 30, course: { rings: 600, talks: 600 } });
  await person.control("POST", "faults", { match: { operation: "listExtensions" }, answer: { status: 503 } });
  await person.ask("GET", "/client/@me/extension/", { token });
  await person.row("503").waitFor({ state: "attached" });
}

/** Opens a panel and everything in it that can be opened. */
async function show({ page, go, ...person }, panel) {
  await page.evaluate((name) => { location.hash = name; }, panel);
  await page.locator(`.tab-${panel} [aria-current]`).waitFor({ state: "attached" });
  if (panel === "groups") {
    for (const id of ["group-3", "number-31"]) {
      const opener = page.locator(`#${id} > .fold > .opener`);
      if ((await opener.getAttribute("aria-expanded")) === "false") await opener.click();
    }
    await page.locator("#number-31 .items").first().waitFor();
  }
  if (panel === "journal") {
    await page.evaluate(() => document.querySelectorAll("#journal details").forEach((one) => (one.open = true)));
    await page.locator("#journal .exchange").first().waitFor();
  }
  if (panel === "users" && !(await page.locator(".made").count())) {
    await page.getByRole("button", { name: "Token for client-admin", exact: true }).click();
    await page.locator(".made").waitFor();
  }
  if (panel === "calls") await page.locator(".stage").first().waitFor();
  if (panel === "faults") await page.getByText("listExtensions: response 503").waitFor();
}

/** Findings of axe in a page, and a finding if it is wider than its window. */
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
