// Opens every page of the built documentation in Chromium: wide and as on a phone, light and dark;
// those of Redoc, whose thousands of elements take long, wide and light, and on a phone and dark.
// Usage: node tests/browser/reference.mjs SITE_FOLDER [--pictures FOLDER]
// Fails, with what it found, if a page has a serious accessibility fault, asks another host for
// anything, writes an error to the console, is wider than its window, or has a link into a Redoc
// page whose target is not there. CHROMIUM names the browser, /usr/bin/chromium unless it is set.
import { mkdir, readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SERIOUS = ["serious", "critical"];
const WINDOWS = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const REDOC_PAGES = ["api.html", "control.html"];

const [folder, option, pictures] = process.argv.slice(2);
if (!folder || (option && (option !== "--pictures" || !pictures))) {
  console.error("Usage: node tests/browser/reference.mjs SITE_FOLDER [--pictures FOLDER]");
  process.exit(2);
}
const site = path.resolve(folder);
const files = await readdir(site).catch(() => []);
const pages = files.filter((name) => name.endsWith(".html")).sort();
if (!pages.includes("index.html")) {
  console.error(`${folder} holds no site: make one with ringme-mock docs ${folder}`);
  process.exit(2);
}
if (pictures) await mkdir(pictures, { recursive: true });

const findings = [];
const targets = {};
const links = new Set();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries(WINDOWS)) {
    const context = await browser.newContext({ viewport, colorScheme });
    for (const name of pages) {
      const once = (size === "wide") === (colorScheme === "light");
      if (once || !REDOC_PAGES.includes(name)) {
        await look(context, name, `${name}, ${size}, ${colorScheme}`);
      }
    }
    await context.close();
  }
}
await browser.close();

for (const link of links) {
  const [name, anchor] = link.split("#");
  if (!targets[name]?.has(anchor)) findings.push(`${link}: the page has no such place`);
}
for (const finding of findings) console.error(finding);
console.log(`${pages.length} pages in up to 4 ways: ${findings.length} findings`);
process.exitCode = findings.length ? 1 : 0;

async function look(context, name, title) {
  const page = await context.newPage();
  const isRedoc = REDOC_PAGES.includes(name);
  page.on("console", (message) => {
    if (message.type() === "error") findings.push(`${title}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => findings.push(`${title}: ${error}`));
  page.on("request", (request) => {
    const { protocol, pathname } = new URL(request.url());
    const isOwn = protocol === "file:" && decodeURI(pathname).startsWith(site + path.sep);
    if (!isOwn && !["data:", "blob:"].includes(protocol)) {
      findings.push(`${title}: asks for ${request.url()}`);
    }
  });
  await page.goto(pathToFileURL(path.join(site, name)).href);
  if (isRedoc) {
    await page.waitForSelector("[data-section-id]");
    await page.waitForLoadState("networkidle");
  }
  await collect(page, name, isRedoc);
  if (pictures) {
    const file = title.replaceAll(", ", "-").replace(".html", "");
    await page.screenshot({ path: path.join(pictures, `${file}.png`), fullPage: !isRedoc });
  }
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  await examine(page, title);
  await page.close();
}

async function collect(page, name, isRedoc) {
  const found = await page.evaluate(() => ({
    places: [...document.querySelectorAll("[id], [data-section-id]")].flatMap((one) => [
      one.id,
      one.dataset.sectionId,
    ]),
    links: [...document.querySelectorAll("a[href]")].map((one) => one.getAttribute("href")),
  }));
  if (isRedoc) targets[name] = new Set(found.places);
  for (const link of found.links) {
    const [file, anchor] = link.split("#");
    if (anchor && REDOC_PAGES.includes(file || name)) links.add(`${file || name}#${anchor}`);
  }
}

async function examine(page, title) {
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (tooWide > 0) findings.push(`${title}: is ${tooWide} pixels wider than its window`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ preload: false, resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of violations) {
    if (!SERIOUS.includes(impact)) continue;
    const example = nodes[0].html.replace(/\s+/g, " ").slice(0, 160);
    findings.push(`${title}: ${impact}: ${id}: ${help}: ${nodes.length} places, as ${example}`);
  }
}
