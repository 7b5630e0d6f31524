// Names that try to be more than names, keys instead of a mouse, no script, and two tabs.
import assert from "node:assert/strict";

import { arrive } from "./person.mjs";

const GROUPS = "/client/@me/extension_group/";
const HOSTILE = [
  "<script>window.hacked = 1</script>",
  `"><img src=x onerror="window.hacked = 2">`,
  `' onmouseover='window.hacked = 3`,
  "</title></textarea></script><svg onload=window.hacked=4>",
  `<div hx-get="/__mock__/page/panels" hx-trigger="load" hx-target="body">`,
  `<hx-partial hx-target="body" hx-swap="innerHTML"><b>gone</b></hx-partial>`,
  `<head><title>Other</title></head>`,
  "{{ 7 * 7 }} {% raw %} ${7 * 7}",
  "\u202Eevil\u202D \u2066right\u2069 \u200Fmark",
  "line\u2028separator\u0085next\rdata: event\n\nevent: changed",
];

export const safety = {
  async "names are shown and never run"(person) {
    const { page } = person;
    const token = await person.token();
    for (const name of HOSTILE) await person.createGroup(name, token);
    const group = (await person.ask("GET", GROUPS, { token })).json.at(-1).id;
    for (const [index, login] of HOSTILE.slice(0, 3).entries()) {
      const body = { name: login, login: `${index}${login}`.slice(0, 60), password: "p", email: "a@example.com", extension_group_id: group };
      await person.ask("POST", "/client/@me/user/extension_group/", { token, body });
    }
    await person.ask("PUT", "/client/@me/extension/31", { token, body: { label: HOSTILE[1] } });
    await person.control("POST", "faults", { name: HOSTILE[0], match: { path: HOSTILE[1], login: HOSTILE[2] }, times: 1, answer: { status: 503 } });
    for (const text of HOSTILE) {
      await person.ask("GET", `/${encodeURIComponent(text)}?${encodeURIComponent(text)}=${encodeURIComponent(text)}`, { token });
      await person.ask("POST", GROUPS, { token, body: { [text]: text } });
    }
    await page.waitForTimeout(2500);
    await shownAndNotRun(person, group);
    await page.reload();
    await shownAndNotRun(person, group);
    await page.getByLabel("Look for a group or number").fill(HOSTILE[1]);
    await person.told("Found: 1 groups, 1 numbers.");
    await page.getByLabel("Filter").fill(HOSTILE[0]);
    await page.waitForTimeout(600);
    await shownAndNotRun(person);
  },

  async "everything is within reach of the keyboard"(person) {
    const { page } = person;
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim().replace(/\s+/g, " "));
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(100);
    const reached = new Set();
    for (let presses = 0; presses < 150; presses++) {
      await page.keyboard.press("Tab");
      const { name, hasOutline } = await page.evaluate(() => ({
        name: document.activeElement.textContent.trim().replace(/\s+/g, " ") || document.activeElement.id,
        hasOutline: getComputedStyle(document.activeElement).outlineStyle !== "none",
      }));
      if (name.startsWith("Skip to the content")) break;
      reached.add(name);
      assert.ok(hasOutline, `the focus does not show on: ${name.slice(0, 60)}`);
    }
    for (const name of ["Token for client-admin", "Block client-admin", "find", "Call", "Every response is 503", "A fault of your own", "Reset…", "Freeze the clock", "snapshot-name", "Open", "journal-text", "Clear the journal"]) {
      assert.ok(reached.has(name), `not reached by Tab: ${name}`);
    }
    await page.getByRole("switch", { name: "401 for everybody" }).focus();
    await page.keyboard.press("Space");
    await person.told("401 for everybody: on.");
    await page.waitForTimeout(200);
    assert.equal(await focused(), "401 for everybody");
    await person.button("Remove fault 1").focus();
    await page.keyboard.press("Enter");
    await person.told("The fault is gone.");
    await page.waitForTimeout(200);
    assert.equal(await focused(), "Faults");
    await person.button("Reset…").focus();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(100);
    assert.equal(await focused(), "Reset");
  },

  async "what is being typed and what is open stays while others change the state"(person) {
    const { page } = person;
    await page.getByText("A fault of your own").click();
    await page.getByLabel("Status of the response").fill("50");
    await page.getByLabel("Name of a new snapshot").fill("half a na");
    const token = await person.token();
    await person.createGroup("From elsewhere", token);
    await page.getByRole("heading", { name: "From elsewhere" }).waitFor();
    assert.equal(await page.getByLabel("Status of the response").inputValue(), "50");
    assert.equal(await page.getByLabel("Name of a new snapshot").inputValue(), "half a na");
    assert.ok(await page.getByLabel("Status of the response").isVisible());
  },

  async "two sessions in two tabs do not see each other"(person, { browser, base, name }) {
    const other = await arrive(browser, base, `${name}-other`);
    await person.createGroup("Only mine", await person.token());
    await other.createGroup("Only theirs", await other.token());
    await person.page.getByRole("heading", { name: "Only mine" }).waitFor();
    await other.page.getByRole("heading", { name: "Only theirs" }).waitFor();
    assert.equal(await person.page.getByRole("heading", { name: "Only theirs" }).count(), 0);
    assert.equal(await other.page.getByRole("heading", { name: "Only mine" }).count(), 0);
    assert.deepEqual([await person.rows().count(), await other.rows().count()], [1, 1]);
    await other.leave();
  },

  async "another session is opened by its name, and ended"(person, { base, name }) {
    const { page } = person;
    await page.getByLabel("Open a session by its name").fill(`${name}-third`);
    await person.button("Open").click();
    await page.waitForURL(`${base}/s/${name}-third/`);
    await page.goto(`${person.url}/`);
    await person.button(`End session ${name}-third`).click();
    await person.told(`Session ${name}-third has ended.`);
  },
};

/** Steps for a browser that runs no script. */
export const withoutScript = {
  async "without a script, buttons send forms and links lead on"(person) {
    const { page } = person;
    await person.button("Token for client-admin").click();
    await person.told("A token for client-admin is ready to copy");
    const token = await page.locator("#token-101").textContent();
    assert.equal((await person.ask("GET", "/user/", { token })).status, 200);
    await page.getByLabel("Look for a group or number").fill("support");
    await page.keyboard.press("Enter");
    await page.getByText("2 groups shown of 8 that there are.").waitFor();
    await page.getByRole("switch", { name: "Every response is 503" }).click();
    await person.told("Every response is 503: on.");
    assert.equal((await person.ask("GET", "/user/", { token })).status, 503);
    await person.button("Reset…").click();
    await page.getByRole("dialog").getByRole("button", { name: "Reset", exact: true }).click();
    await person.told("The session is back at the fixtures.");
    assert.equal((await person.ask("GET", "/user/", { token })).status, 200);
    await page.getByLabel("Name of a new snapshot").evaluate((field) => field.removeAttribute("pattern"));
    await page.getByLabel("Name of a new snapshot").fill("no/such name");
    await person.button("Save").click();
    await person.told("Not done. name: must be 1 to 64 letters");
  },
};

async function shownAndNotRun(person, group) {
  const found = await person.page.evaluate(() => ({
    hacked: window.hacked ?? null,
    scripts: document.querySelectorAll("script").length,
    title: document.title,
    strangers: document.querySelectorAll("main img, main svg, main [onerror], main [onmouseover], main template").length,
    headings: [...document.querySelectorAll(".groups h3 bdi:first-child")].map((one) => one.textContent),
    journal: Boolean(document.querySelector("#journal-rows")),
  }));
  const { headings, title, ...rest } = found;
  assert.deepEqual(rest, { hacked: null, scripts: 1, strangers: 0, journal: true });
  assert.match(title, /^RingMe mock/);
  if (!group) return;
  // Browsers make one kind of line end of all.
  const plain = (text) => text.replace(/[\s\u0085]+/g, " ").trim();
  for (const name of HOSTILE) assert.ok(headings.map(plain).includes(plain(name)), `not shown: ${name}`);
}
