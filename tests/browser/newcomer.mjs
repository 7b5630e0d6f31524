// First steps of a new user in the documentation of a mock: find an operation, read how to send it
// in three languages, and send it with the prefilled values.
// The form has no serious accessibility fault but those of the viewer that are named here.
// Usage: node tests/browser/newcomer.mjs MOCK_URL
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { launch, openPage } from "./chromium.mjs";

const [root] = process.argv.slice(2);
const KNOWN_FAULTS = ["aria-valid-attr-value"];
const LARGE = "9007199254740993";
const browser = await launch();
const page = await openPage(browser, { viewport: { width: 1440, height: 900 } });
const errors = [];
page.on("pageerror", (error) => errors.push(String(error)));
page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
page.on("request", (request) => request.url().startsWith(root) || errors.push(`asks for ${request.url()}`));

await page.goto(`${root}/docs/`);
await page.keyboard.press("/");
await page.keyboard.type("list groups client");
await page.locator("#found-0", { hasText: "List the groups of a client" }).waitFor();
await page.keyboard.press("Enter");
const operation = page.locator('section[id$="/listExtensionGroups"]').first();
await operation.waitFor();
console.log(`found ${new URL(page.url()).hash}`);

for (const [language, sample] of [["Fetch", /fetch\(/], ["Requests", /requests\.get\(/], ["Curl", /curl /]]) {
  await operation.getByRole("button", { name: /Shell Curl|Fetch|Requests/ }).first().click();
  await page.getByRole("option", { name: language }).first().click();
  await operation.getByText(sample).first().waitFor();
  console.log(`sample ${language}`);
}

// As the mock would write an id that JavaScript numbers cannot represent.
await page.route(/\/extension_group\//, async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, body: (await response.text()).replace(/"id":\s*3\b/, `"id":${LARGE}`) });
});
await operation.getByRole("button", { name: /Test Request/ }).click();
const sent = page.waitForResponse((response) => response.url().includes("/extension_group/"));
await page.getByRole("button", { name: /Send.*request/i }).first().click();
console.log(`sent ${(await sent).status()}`);
await page.getByText(LARGE).first().waitFor();
console.log(`shown ${LARGE}`);
await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
const { violations } = await page.evaluate(() => globalThis.axe.run({ preload: false, resultTypes: ["violations"] }));
for (const { id, impact, nodes } of violations) {
  if (["serious", "critical"].includes(impact) && !KNOWN_FAULTS.includes(id)) errors.push(`${id}: ${nodes[0].html}`);
}
await browser.close();
for (const error of errors) console.error(error);
process.exitCode = errors.length ? 1 : 0;
