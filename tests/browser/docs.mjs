// Tests the documentation in Chromium: every page wide and light, and on a phone and dark.
// Usage: node tests/browser/docs.mjs SITE_FOLDER [--pictures FOLDER]
// Fails, with what it found, if a page has a serious accessibility fault, asks another host for
// anything, writes an error to the console, is wider than its window, or has a menu that does not
// fit into a wide one. CHROMIUM names the browser, /usr/bin/chromium unless it is set.
import { mkdir, readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { launch, openPage } from "./chromium.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WINDOWS = {
  wide: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
};
const WITHOUT_MENU = ["contract-report.html", "oauth2-redirect.html"];
const AT_ONCE = 3;

const [folder, option, pictures] = process.argv.slice(2);
if (!folder || (option && (option !== "--pictures" || !pictures))) {
  console.error("Usage: node tests/browser/docs.mjs SITE_FOLDER [--pictures FOLDER]");
  process.exit(2);
}
const site = pathToFileURL(path.resolve(folder)).href;
const files = await readdir(folder).catch(() => []);
const pages = files.filter((name) => name.endsWith(".html") && !WITHOUT_MENU.includes(name));
if (!pages.includes("index.html")) {
  console.error(`${folder} holds no site: make one with ringme-mock docs ${folder}`);
  process.exit(2);
}
if (pictures) await mkdir(pictures, { recursive: true });

const findings = [];
const browser = await launch();
const looks = Object.entries(WINDOWS).flatMap(([size, options]) =>
  pages.map((name) => ({ name, size, options })),
);
const workers = Array.from({ length: AT_ONCE }, async () => {
  for (let next = looks.pop(); next; next = looks.pop()) await look(next);
});
await Promise.all(workers);
await browser.close();

for (const finding of findings) console.error(finding);
console.log(`${pages.length} pages in ${Object.keys(WINDOWS).length} ways: ${findings.length} findings`);
process.exitCode = findings.length ? 1 : 0;

async function look({ name, size, options }) {
  const page = await openPage(browser, options);
  const title = `${name}, ${size}, ${options.colorScheme}`;
  page.on("console", (message) => {
    if (message.type() === "error") findings.push(`${title}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => findings.push(`${title}: ${error}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(site) && !/^(data|blob):/.test(url)) findings.push(`${title}: asks for ${url}`);
  });
  await page.goto(`${site}/${name}`);
  if (await page.locator("#viewer").count()) await page.locator("#viewer h1").waitFor();
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${size}.png`) });
  await page.evaluate(() => [...document.querySelectorAll("details")].slice(0, 5).forEach((one) => (one.open = true)));
  await examine(page, title);
  await page.context().close();
}

async function examine(page, title) {
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (tooWide > 0) findings.push(`${title}: is ${tooWide} pixels wider than its window`);
  if (page.viewportSize().width >= 1280) {
    const cut = await page.evaluate(() => {
      const menu = document.querySelector(".top nav");
      return menu ? menu.scrollWidth - menu.clientWidth : 0;
    });
    if (cut > 0) findings.push(`${title}: ${cut} pixels of the menu are hidden`);
  }
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ preload: false, resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of violations) {
    if (!["serious", "critical"].includes(impact)) continue;
    const example = nodes[0].html.replace(/\s+/g, " ").slice(0, 160);
    findings.push(`${title}: ${impact}: ${id}: ${help}: ${nodes.length} places, as ${example}`);
  }
}
