// What people do on the page, and what has to come of it. Each step has a session of its own.
import assert from "node:assert/strict";

const GROUPS = "/client/@me/extension_group/";
const NUMBER = "000*302 Ivanova";
const NUMBER_ID = "31";

export const steps = {
  async "a token is made, shown, and copied"(person) {
    const { page } = person;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await person.button("Token for sales-lead").click();
    await person.told("A token for sales-lead is ready to copy");
    const token = await page.locator("#token-104").textContent();
    assert.match(token, /^[A-Za-z0-9]{30}$/);
    assert.equal((await person.ask("GET", "/user/", { token })).json.login, "sales-lead");
    await person.button("Copy the token of sales-lead").click();
    await person.told("Copied.");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
    const curl = await page.locator("#curl-104").textContent();
    assert.equal(curl, `curl -H 'Authorization: Bearer ${token}' '${person.url}/api/ver1.0/user/'`);
  },

  async "what arrives for a number is counted, and in the API"(person) {
    const { page } = person;
    const line = page.locator("#group-3 li", { hasText: NUMBER.split(" ")[1] });
    await line.getByText("calls 4 · voicemail 4 · faxes 1").waitFor();
    await page.getByLabel("Simulate for").selectOption({ label: NUMBER });
    await person.button("Call").click();
    await person.told(`A call of ${NUMBER} was recorded`);
    await person.button("Voicemail").click();
    await person.told(`A voice message arrived for ${NUMBER}`);
    await person.button("Fax").click();
    await person.told(`A fax arrived for ${NUMBER}`);
    await person.button("Registration").click();
    await person.told(`The registration log of ${NUMBER} has a new entry`);
    await line.getByText("calls 5 · voicemail 5 · faxes 2").waitFor();
    assert.equal(await page.getByLabel("Simulate for").inputValue(), NUMBER_ID);
    const token = await person.token();
    const now = new Date().toISOString();
    const range = `start_datetime=${now.slice(0, 8)}01 00:00:00&end_datetime=${now.slice(0, 10)} 23:59:59`;
    const records = await person.ask("GET", `/client/@me/record/?${range}`, { token });
    assert.equal(records.json[0].extension_id, Number(NUMBER_ID));
    await person.row("/client/@me/record/").waitFor();
  },

  async "a blocked user is refused, until it is let in again"(person) {
    const token = await person.token("sales-lead");
    await person.button("Block sales-lead").click();
    await person.told("sales-lead is blocked");
    await person.page.locator("#user-104").getByText("blocked", { exact: true }).waitFor();
    const refused = await person.ask("GET", "/user/", { token });
    assert.deepEqual([refused.status, refused.json.status], [403, "user_blocked"]);
    await person.button("Unblock sales-lead").click();
    await person.told("sales-lead may log in again");
    assert.equal((await person.ask("GET", "/user/", { token })).status, 200);
  },

  async "switches make the API fail, and work again"(person) {
    const token = await person.token();
    const ask = async () => (await person.ask("GET", GROUPS, { token })).status;
    const unavailable = person.page.getByRole("switch", { name: "Every response is 503" });
    await unavailable.click();
    await person.told("Every response is 503: on.");
    assert.equal(await unavailable.getAttribute("aria-checked"), "true");
    assert.equal(await ask(), 503);
    await person.page.locator("#overview").getByText("Faults 1").waitFor();
    await unavailable.click();
    await person.told("Every response is 503: off.");
    assert.equal(await ask(), 200);
    await person.page.getByRole("switch", { name: "One 429" }).click();
    await person.told("One 429: on.");
    assert.deepEqual([await ask(), await ask()], [429, 200]);
    await person.page.getByRole("switch", { name: "Slow, 1 to 3 seconds" }).click();
    await person.told("Slow, 1 to 3 seconds: on.");
    await person.page.getByText("used up").waitFor();
    const begin = Date.now();
    await ask();
    assert.ok(Date.now() - begin >= 1000);
    await person.button("Remove the delay").click();
    await person.told("Responses come at once again.");
    await person.page.getByRole("switch", { name: "Connection dropped" }).click();
    await person.told("Connection dropped: on.");
    await assert.rejects(ask());
  },

  async "a fault of one's own, with what would be right if it is wrong"(person) {
    const { page } = person;
    const token = await person.token();
    await page.getByText("A fault of your own").click();
    await person.button("Add the fault").click();
    await person.told("Choose what happens");
    await page.getByLabel("Operation").selectOption("listExtensionGroups");
    await page.getByLabel("Status of the response").fill("418");
    await person.button("Add the fault").click();
    await person.told("answer.status: must be one of");
    await page.getByLabel("Status of the response").fill("403");
    await page.getByLabel("How often").fill("1");
    await person.button("Add the fault").click();
    await person.told("The fault is on.");
    await page.getByText("listExtensionGroups: response 403, once").waitFor();
    assert.equal((await person.ask("GET", "/user/", { token })).status, 200);
    assert.equal((await person.ask("GET", GROUPS, { token })).status, 403);
    await person.button("Remove fault 1").click();
    await page.getByText("None: every request gets the documented response").waitFor();
  },

  async "a reset asks first, and keeps tokens if it may"(person) {
    const { page } = person;
    const token = await person.token();
    await person.createGroup("To be lost", token);
    await page.getByRole("heading", { name: "To be lost" }).waitFor();
    await person.button("Reset…").click();
    const question = page.getByRole("dialog", { name: "Reset this session?" });
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "hidden" });
    assert.equal((await person.ask("GET", `${GROUPS}14`, { token })).status, 200);
    await person.button("Reset…").click();
    await question.getByRole("button", { name: "Reset", exact: true }).click();
    await person.told("The session is back at the fixtures. Tokens were kept.");
    await page.getByRole("heading", { name: "To be lost" }).waitFor({ state: "detached" });
    assert.equal(await person.rows().count(), 0);
    assert.equal((await person.ask("GET", `${GROUPS}14`, { token })).status, 404);
  },

  async "snapshots and the clock"(person) {
    const { page } = person;
    await person.button("Token for client-admin").click();
    await person.told("is ready to copy");
    const token = await page.locator("#token-101").textContent();
    await page.getByLabel("Name of a new snapshot").fill("empty-desk");
    await person.button("Save").click();
    await person.told("Snapshot empty-desk is saved.");
    await person.createGroup("Later", token);
    await page.getByRole("heading", { name: "Later" }).waitFor();
    await person.button("Load snapshot empty-desk").click();
    await page.getByRole("heading", { name: "Later" }).waitFor({ state: "detached" });
    await person.button("Delete snapshot empty-desk").click();
    await page.getByText("None yet.").waitFor();
    await person.button("Freeze the clock").click();
    await person.told("The clock is frozen at");
    await person.button("Clock forward 1 hour").click();
    await person.told("older tokens have expired");
    assert.equal((await person.ask("GET", "/user/", { token })).status, 401);
    assert.equal(await page.locator("#token-101").count(), 0);
  },

  async "the journal is live, opens, filters, pauses, and is cleared"(person) {
    const { page } = person;
    const token = await person.token();
    await person.ask("GET", `${GROUPS}3`, { token });
    await person.row(`${GROUPS}3`).getByText("200", { exact: true }).waitFor();
    await person.ask("POST", GROUPS, { token, body: { nam: "No name" } });
    const refused = person.row("refused");
    await refused.locator("summary").click();
    await refused.getByText("name").first().waitFor();
    await refused.getByRole("region").getByText('"nam": "No name"').waitFor();
    await page.getByLabel("Verdict").selectOption("refused");
    await person.row(`${GROUPS}3`).waitFor({ state: "detached" });
    assert.equal(await person.rows().count(), 1);
    await person.ask("GET", `${GROUPS}99`, { token });
    await person.ask("GET", `${GROUPS}5`, { token });
    await person.row(`${GROUPS}99`).waitFor();
    assert.equal(await person.rows().count(), 2);
    await page.getByLabel("Verdict").selectOption("all");
    await person.row(`${GROUPS}5`).waitFor();
    await page.getByLabel("Filter").fill("99");
    await person.row(`${GROUPS}5`).waitFor({ state: "detached" });
    await page.getByLabel("Filter").fill("");
    await page.getByLabel("Pause").check();
    await page.getByText("Paused: new requests are not shown.").waitFor();
    await person.ask("GET", `${GROUPS}8`, { token });
    await page.waitForTimeout(700);
    assert.equal(await person.row(`${GROUPS}8`).count(), 0);
    await page.getByLabel("Pause").uncheck();
    await person.row(`${GROUPS}8`).waitFor();
    await person.button("Clear the journal").click();
    await page.getByText("No request to the API yet.").waitFor();
    assert.equal(await person.rows().count(), 0);
    await person.ask("GET", `${GROUPS}9`, { token });
    await person.row(`${GROUPS}9`).waitFor();
  },

  async "secrets are masked in the journal"(person) {
    const form = new URLSearchParams({ grant_type: "password", password: "open-sesame", client_secret: "very-secret" });
    await fetch(`${person.url}/oauth/token?username=client-admin`, { method: "POST", body: form });
    await person.row("/oauth/token").locator("summary").click();
    await person.row("/oauth/token").getByText("***").first().waitFor();
    const text = await person.page.locator("#journal").textContent();
    assert.ok(!/open-sesame|very-secret/.test(text));
  },

  async "thousands of groups: few are shown, any can be found"(person) {
    await person.control("POST", "bulk", { client: 12, groups: 3000, extensions: 500, records: 0, seed: 1 });
    const token = await person.token();
    await person.createGroup("Needle in the hay", token);
    await person.page.getByText("The first 20 of 3009 groups.").waitFor();
    assert.ok((await person.page.locator(".groups > li").count()) <= 21);
    await person.page.getByLabel("Look for a group or number").fill("needle");
    await person.page.getByRole("heading", { name: "Needle in the hay" }).waitFor();
    await person.told("Found: 1 groups");
  },

  async "a flood of requests fills the journal, and no more"(person) {
    const token = await person.token();
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 20 }, () => person.ask("GET", "/user/", { token })));
    }
    await person.ask("GET", `${GROUPS}13`, { token });
    await person.row(`${GROUPS}13`).waitFor();
    assert.ok((await person.rows().count()) <= 200);
  },

  async "what was asked while the page was away is there when it is back"(person) {
    const { page } = person;
    const token = await person.token();
    await page.context().setOffline(true);
    await person.button("Freeze the clock").click();
    await person.told("The mock does not respond. Is it running?");
    person.complaints.length = 0;
    await person.ask("GET", `${GROUPS}5`, { token });
    await page.context().setOffline(false);
    await person.row(`${GROUPS}5`).waitFor();
    await person.button("Freeze the clock").click();
    await person.told("The clock is frozen at");
  },
};
