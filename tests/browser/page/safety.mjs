// Malicious names, the keyboard, two tabs, a phone, and a proxy with a prefix.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";

import { arrive } from "./person.mjs";

const GROUPS = "/client/@me/extension_group/";
const HOSTILE = [
  "<script>window.hacked = 1</script>",
  `"><img src=x onerror="window.hacked = 2">`,
  `' onmouseover='window.hacked = 3`,
  "</title></textarea></script><svg onload=window.hacked=4>",
  "${window.hacked = 5} {{ 7 * 7 }}",
  "\u202Eevil\u202D \u2066right\u2069 \u200Fmark",
  "line\u2028separator\u0085next\rdata: event\n\nevent: changed",
  "a\u0000b\u001b[31mc\u007f",
];

export const safety = {
  async "names are shown and never executed"(person) {
    const { page } = person;
    const token = await person.token();
    const groups = [];
    for (const name of HOSTILE) groups.push(await person.createGroup(name, token));
    for (const [index, login] of HOSTILE.slice(0, 3).entries()) {
      const body = { name: login, login: `${index}${login}`.slice(0, 60), password: login, email: "a@example.com", extension_group_id: groups[0] };
      await person.ask("POST", "/client/@me/user/extension_group/", { token, body });
    }
    await person.ask("PUT", "/client/@me/extension/31", { token, body: { label: HOSTILE[1], extension_group_id: groups[0] } });
    await person.control("POST", "faults", { name: HOSTILE[0], match: { path: HOSTILE[1], login: HOSTILE[2] }, times: 1, answer: { status: 503 } });
    for (const text of HOSTILE) {
      await person.ask("GET", `/${encodeURIComponent(text)}?${encodeURIComponent(text)}=${encodeURIComponent(text)}`, { token });
      await person.ask("POST", GROUPS, { token, body: { [text]: text } });
    }
    await page.locator(`#group-${groups.at(-1)}`).getByText("a\u2400b\u241b[31mc\u2421").waitFor();
    for (const [index, name] of HOSTILE.slice(0, 6).entries()) {
      const shown = await page.locator(`#group-${groups[index]} bdi`).first().textContent();
      assert.equal(shown, name);
    }
    await person.unfold(groups[0], 31);
    await page.locator("#number-31").getByLabel("Name", { exact: true }).waitFor();
    await person.button(`Delete group ${groups[1]}`).or(page.locator(`#group-${groups[1]} > .fold > .opener`)).first().click();
    await person.button(`Delete group ${groups[1]}`).click();
    await page.keyboard.press("Escape");
    await page.evaluate(() => document.querySelectorAll("#journal details").forEach((one) => (one.open = true)));
    await person.row("refused").getByRole("region").first().waitFor();
    for (const [title, expected] of [["Users", HOSTILE[1].slice(0, 20)], ["Faults", HOSTILE[0]], ["State", "Whole session"]]) {
      await notRun(page);
      await person.go(title);
      await page.locator("#panel").getByText(expected).first().waitFor();
    }
    await notRun(page);
  },

  async "everything can be reached by keyboard, and the focus stays near"(person) {
    const { page } = person;
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim().replace(/\s+/g, " "));
    const becomes = (text) => page.waitForFunction((wanted) => document.activeElement.textContent.trim().replace(/\s+/g, " ") === wanted, text);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    await person.go("Faults");
    await person.control("POST", "faults", { answer: { status: 500 }, times: 1 });
    await page.locator(".skip").focus();
    const reached = new Set(["Skip to the content"]);
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press("Tab");
      const { name, hasOutline } = await page.evaluate(() => ({
        name: document.activeElement.id || document.activeElement.textContent.trim().replace(/\s+/g, " "),
        hasOutline: getComputedStyle(document.activeElement).outlineStyle !== "none",
      }));
      if (await page.evaluate(() => document.activeElement === document.body)) break;
      reached.add(name);
      assert.ok(hasOutline, `the focus does not show on: ${name.slice(0, 60)}`);
    }
    for (const name of ["Skip to the content", "Copy the address of the API", "Sessions", "Every response is 503", "$_ Copy as curl: Every response is 503", "fault-operation", "fault-times", "Add the fault", "Export HAR", "Clear the journal", "journal-text", "journal-verdict"]) {
      const found = [...reached].some((one) => one === name || one.startsWith(name));
      assert.ok(found, `not reached by Tab: ${name}; but ${[...reached].join(", ")}`);
    }
    await page.getByRole("switch", { name: "401 for all users" }).focus();
    await page.keyboard.press("Space");
    await person.told("401 for all users: on.");
    assert.equal(await focused(), "401 for all users");
    await person.button("Remove fault 1").focus();
    await page.keyboard.press("Enter");
    await person.told("The fault was removed.");
    await becomes("Faults");
    await person.go("State");
    await person.button("Reset…").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert.ok(await page.evaluate(() => document.querySelector("dialog[open]").contains(document.activeElement)));
    await page.keyboard.press("Escape");
    await becomes("Reset…");
  },

  async "typed text and open rows stay while others change the state"(person) {
    const { page } = person;
    await person.unfold(8);
    await page.getByLabel("New number").fill("60");
    await person.createGroup("From elsewhere", await person.token());
    await page.getByText("From elsewhere").waitFor();
    assert.equal(await page.getByLabel("New number").inputValue(), "60");
  },

  async "sessions do not see each other, are opened by name, and ended"(person, { browser, base, name }) {
    const { page } = person;
    const other = await arrive(browser, base, `${name}-other`);
    await person.createGroup("Only mine", await person.token());
    await other.createGroup("Only theirs", await other.token());
    await page.getByText("Only mine").waitFor();
    await other.page.getByText("Only theirs").waitFor();
    assert.equal(await page.getByText("Only theirs").count(), 0);
    assert.deepEqual([await person.rows().count(), await other.rows().count()], [1, 1]);
    await other.leave();
    await person.go("Sessions");
    await page.getByLabel("Open a session by its name").fill(`${name}-third`);
    await person.button("Open").click();
    await page.waitForURL(`${base}/s/${name}-third/`);
    await page.getByText("Only mine").waitFor({ state: "detached" });
    await person.go("Sessions");
    await page.getByRole("link", { name, exact: true }).click();
    await page.waitForURL(`${base}/s/${name}/`);
    await person.go("Sessions");
    await person.button(`End session ${name}-third`).click();
    await person.told(`Session ${name}-third has ended.`);
  },

  async "on a phone the journal is first, and its last request is always visible"(_, { browser, base, name }) {
    const person = await arrive(browser, base, `${name}-phone`, { width: 390, height: 844, panel: "" });
    const { page } = person;
    await page.getByRole("heading", { name: "Journal" }).waitFor();
    assert.equal(await page.locator("#panel").isVisible(), false);
    await person.go("Users");
    await page.locator("#user-101").waitFor();
    assert.equal(await page.locator("#journal").isVisible(), false);
    await person.ask("GET", "/user/");
    await page.locator(".latest").getByText("401").click();
    await person.row("/user/").waitFor();
    await person.leave();
  },

  async "it works behind a prefix"(_, { browser, base, name }) {
    const proxy = createServer((incoming, answer) => {
      if (!incoming.url.startsWith("/behind/")) return answer.writeHead(404).end();
      const { host, port } = new URL(base);
      const headers = { ...incoming.headers, host, ...(incoming.headers.origin && { origin: `http://${host}` }) };
      const passed = request({ host: "127.0.0.1", port, path: incoming.url.slice("/behind".length), method: incoming.method, headers }, (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      });
      // A stream that the page has closed.
      passed.on("error", () => answer.destroy());
      incoming.pipe(passed);
      return answer.on("close", () => passed.destroy());
    });
    await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const person = await arrive(browser, `http://127.0.0.1:${proxy.address().port}/behind`, `${name}-prefix`);
    await person.createGroup("Behind", await person.token());
    await person.page.getByText("Behind").waitFor();
    await person.go("Sessions");
    await person.page.getByRole("link", { name: "default", exact: true }).click();
    await person.page.waitForURL(/\/behind\/$/);
    await person.page.getByText("Live: the newest request is on top.").waitFor();
    await person.leave();
    proxy.closeAllConnections();
    proxy.close();
  },
};

async function notRun(page) {
  const found = await page.evaluate(() => ({
    hacked: window.hacked ?? null,
    scripts: document.querySelectorAll("script").length,
    strangers: document.querySelectorAll("#app img, #app svg, #app [onerror], #app [onmouseover], #app template, #app style").length,
    journal: Boolean(document.querySelector("#journal-rows")),
  }));
  assert.deepEqual(found, { hacked: null, scripts: 1, strangers: 0, journal: true });
  assert.match(await page.title(), /^RingMe mock/);
}
