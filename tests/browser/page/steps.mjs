// User actions on the page, with the expected results. Each step has its own session.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const GROUPS = "/client/@me/extension_group/";
const NUMBER = "000*302 Ivanova";
const shell = (command) => promisify(execFile)("sh", ["-c", `${command} 2>/dev/null`]);

export const steps = {
  async "a token is issued, copied, and removed when it has expired; a blocked user is refused"(person) {
    const { page } = person;
    await person.go("Users");
    await person.button("Token for sales-lead").click();
    await person.told("A token for sales-lead is ready to copy");
    const token = await page.locator("#token-104").textContent();
    assert.match(token, /^[A-Za-z0-9]{30}$/);
    assert.equal((await person.ask("GET", "/user/", { token })).json.login, "sales-lead");
    assert.equal(await person.copied(person.button("Copy the token of sales-lead")), token);
    const curl = await page.locator("#curl-104").textContent();
    assert.equal(curl, `curl -H 'Authorization: Bearer ${token}' '${person.url}/api/ver1.0/user/'`);

    await page.reload();
    await page.locator("#token-104").getByText(token).waitFor();

    await person.button("Block sales-lead").click();
    await person.told("sales-lead is blocked");
    await page.locator("#user-104").getByText("blocked", { exact: true }).waitFor();
    const refused = await person.ask("GET", "/user/", { token });
    assert.deepEqual([refused.status, refused.json.status], [403, "user_blocked"]);
    await person.button("Unblock sales-lead").click();
    await person.told("sales-lead may log in again");
    assert.equal((await person.ask("GET", "/user/", { token })).status, 200);

    await page.getByLabel("Find a login").fill("SALES-LEAD");
    await page.locator("#user-101").waitFor({ state: "detached" });
    await page.getByText(/^Applications/).click();
    await page.getByText("c1200000000000000000000000000001").waitFor();
    await person.go("State");
    await person.button("Clock forward 1 hour").click();
    await person.told("older tokens have expired");
    await person.go("Users");
    await page.locator("#user-104").waitFor();
    assert.equal(await page.locator("#token-104").count(), 0);
    assert.equal((await person.ask("GET", "/user/", { token })).status, 401);
  },

  async "simulated items of a number are counted, can be played, and are in the API"(person) {
    const { page } = person;
    await person.unfold(3, 31);
    const line = page.locator("#number-31");
    await line.getByText("calls 4 · voicemail 4 · faxes 1").waitFor();
    for (const [kind, said] of [["Call", "A call of"], ["Voicemail", "A voice message arrived for"], ["Fax", "A fax arrived for"], ["Registration", "The registration log of"]]) {
      await person.button(`${kind} for 000*302`, "#number-31").click();
      await person.told(`${said} ${NUMBER}`);
    }
    await line.getByText("calls 5 · voicemail 5 · faxes 2").waitFor();
    await line.getByRole("button", { name: /^Play voicemail of/ }).first().click();
    const length = await line.locator("audio").evaluate((audio) => new Promise((resolve, reject) => {
      audio.onloadedmetadata = () => resolve(audio.duration);
      audio.onerror = () => reject(new Error("it does not play"));
      if (audio.readyState) resolve(audio.duration);
    }));
    assert.ok(length > 0);
    await line.getByRole("button", { name: /^Open fax of/ }).first().click();
    const saving = page.waitForEvent("download");
    await line.getByRole("link", { name: "Save as PDF" }).click();
    assert.match(`${await readFile(await (await saving).path())}`, /^%PDF/);
    await line.getByRole("button", { name: /^Delete voicemail of/ }).first().click();
    await line.getByText("calls 5 · voicemail 4 · faxes 2").waitFor();
    const token = await person.token();
    const messages = await person.ask("GET", `/extension/31/voicemail/?start_datetime=2016-06-01 00:00:00&end_datetime=2016-06-30 23:59:59`, { token });
    assert.equal(messages.json.length, 2);
  },

  async "groups and numbers are created, renamed, moved and deleted"(person) {
    const { page } = person;
    const token = await person.token();
    await page.getByText("New group").click();
    await page.getByLabel("Name", { exact: true }).fill("Night shift");
    await person.button("Create group").click();
    await page.locator("#group-14").getByText("Night shift").waitFor();
    await person.unfold(14);
    await page.getByLabel("New number").fill("600");
    await person.button("Add number to group 14").click();
    const made = page.locator("#group-14 li", { hasText: "000*600" });
    await made.locator(".opener").click();
    await made.getByLabel("Name", { exact: true }).fill("Porter");
    await person.button("Rename 000*600").click();
    await made.getByText("Porter").waitFor();
    await made.getByLabel("Group", { exact: true }).selectOption({ label: "Sales (3)" });
    await person.button("Move 000*600").click();
    await person.told("000*600 Porter is in Sales now.");
    await page.locator("#group-14").getByText("0 numbers").waitFor();
    await page.locator("#group-3").getByText("6 numbers").waitFor();
    const moved = (await person.ask("GET", "/extension_group/3/extension/", { token })).json.find((one) => one.label === "Porter");
    assert.equal(moved.name, "000*600");

    await person.button("Add number to group 14").click();
    await page.getByLabel("New number").fill("no digits");
    await person.button("Add number to group 14").click();
    await person.refused("name");
    await page.locator("#group-14").getByLabel("Name", { exact: true }).fill("Day shift");
    await person.button("Rename group 14").click();
    await page.locator("#group-14").getByText("Day shift").waitFor();
    await person.button("Delete group 14").click();
    const question = page.getByRole("dialog", { name: "Delete group Day shift?" });
    await question.getByRole("button", { name: "Delete group 14", exact: true }).click();
    await page.locator("#group-14").waitFor({ state: "detached" });
    assert.equal((await person.ask("GET", `${GROUPS}14`, { token })).status, 404);
  },

  async "a copied command does the same as the page"(person) {
    const { page } = person;
    await person.unfold(8);
    await page.locator("#group-8").getByLabel("Name", { exact: true }).fill("It's <b>$HOME</b>");
    const rename = await person.copied(person.button("Copy as curl: Rename group 8"));
    assert.match(rename, /\/__mock__\/tokens.*\nTOKEN|^TOKEN=/);
    await shell(rename);
    await page.locator("#group-8").getByText("It's <b>$HOME</b>").waitFor();
    await person.go("State");
    await page.getByLabel("Name of a new snapshot").fill("by-hand");
    await shell(await person.copied(person.button("Copy as curl: Save a snapshot")));
    assert.deepEqual(await person.control("GET", "snapshots"), ["by-hand"]);
    const har = await person.copied(person.button("Copy as curl: Export HAR"));
    assert.match((await shell(har.replace("-OJ", "-s"))).stdout, /updateExtensionGroup/);
    await person.go("Faults");
    await page.getByRole("switch", { name: "Every response is 503" }).click();
    await person.told("Every response is 503: on.");
    const add = await person.copied(page.locator("#toasts").getByRole("button", { name: /^Copy as curl/ }).first());
    await shell(add);
    assert.equal((await person.control("GET", "faults")).length, 2);
  },

  async "switches and faults make the API fail, and work again"(person) {
    const { page } = person;
    const token = await person.token();
    const ask = async (path = GROUPS) => (await person.ask("GET", path, { token })).status;
    await person.go("Faults");
    const unavailable = page.getByRole("switch", { name: "Every response is 503" });
    await unavailable.click();
    await page.locator(".tabs").getByText("Faults 1").waitFor();
    assert.equal(await unavailable.getAttribute("aria-checked"), "true");
    assert.equal(await ask(), 503);
    await unavailable.click();
    await person.told("Every response is 503: off.");
    assert.equal(await ask(), 200);
    await page.getByRole("switch", { name: "One 429" }).click();
    await person.told("One 429: on.");
    assert.deepEqual([await ask(), await ask()], [429, 200]);
    await page.getByRole("switch", { name: "Slow, 1 to 3 seconds" }).click();
    await page.getByText("used up").waitFor();
    assert.deepEqual(await person.control("GET", "latency"), { from: 1000, to: 3000 });
    await person.button("Remove the delay").click();
    await person.told("Responses are no longer delayed.");
    await page.getByRole("switch", { name: "Connection dropped" }).click();
    await person.told("Connection dropped: on.");
    await assert.rejects(ask());
    await page.getByRole("switch", { name: "Connection dropped", checked: true }).click();
    await person.told("Connection dropped: off.");

    await person.button("Add the fault").click();
    await person.refused("Choose what happens");
    await person.row("/user/").or(person.row(GROUPS)).first().locator("summary").click();
    await page.getByRole("link", { name: "Add a fault for listExtensionGroups" }).first().click();
    await page.locator("#fault-operation option:checked", { hasText: "listExtensionGroups" }).waitFor({ state: "attached" });
    await page.getByLabel("Status of the response").fill("418");
    await person.button("Add the fault").click();
    await person.refused("answer.status: must be one of");
    await page.getByLabel("Status of the response").fill("403");
    await page.getByLabel("How often").fill("1");
    await person.button("Add the fault").click();
    await page.getByText("listExtensionGroups: response 403, once").waitFor();
    assert.deepEqual([await ask("/user/"), await ask(), await ask()], [200, 403, 200]);
    await page.getByRole("button", { name: /^Remove fault/ }).first().click();
    await person.told("The fault was removed.");
  },

  async "snapshots, the clock, and a reset that asks first"(person) {
    const { page } = person;
    const token = await person.token();
    await person.go("State");
    await page.getByLabel("Name of a new snapshot").fill("empty-desk");
    await person.button("Save a snapshot").click();
    await page.locator("#snapshot-empty-desk").waitFor();
    await person.createGroup("Later", token);
    await person.button("Load snapshot empty-desk").click();
    await person.told("Snapshot empty-desk was loaded.");
    assert.equal((await person.ask("GET", `${GROUPS}14`, { token })).status, 404);
    await person.button("Delete snapshot empty-desk").click();
    await page.getByText("No snapshots yet.").waitFor();
    await page.getByLabel("Set it to").fill("2016-04-21 12:00:00");
    await person.button("Set the clock").click();
    await page.locator("#panel-clock").getByText("2016-04-21 12:00").waitFor();
    await person.button("Freeze the clock").click();
    await person.button("Unfreeze the clock").waitFor();

    const other = await person.token();
    await person.createGroup("To be lost", other);
    await person.button("Reset…").click();
    const question = page.getByRole("dialog", { name: "Reset this session?" });
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "hidden" });
    assert.equal((await person.ask("GET", `${GROUPS}14`, { token: other })).status, 200);
    await person.button("Reset…").click();
    await question.getByRole("button", { name: "Reset", exact: true }).click();
    await person.told("The session was reset to the fixtures. Tokens were kept.");
    await page.getByText("No request to the API yet.").waitFor();
    assert.equal((await person.ask("GET", `${GROUPS}14`, { token: await person.token() })).status, 404);
  },

  async "the journal is live, opens, filters, pauses, is exported and cleared"(person) {
    const { page } = person;
    const token = await person.token();
    await person.ask("GET", `${GROUPS}3`, { token });
    await person.row(`${GROUPS}3`).getByText("200", { exact: true }).waitFor();
    await person.ask("POST", GROUPS, { token, body: { nam: "No name" } });
    const refused = person.row("refused");
    await refused.locator("summary").click();
    await refused.getByText("name").first().waitFor();
    await refused.getByRole("region", { name: /^Body of request/ }).getByText('"nam": "No name"').waitFor();
    await refused.getByRole("region", { name: /^Headers of request/ }).getByText("authorization: Bearer ***").waitFor();
    const curl = await person.copied(refused.getByRole("button", { name: /^Copy as curl/ }));
    assert.equal((await shell(`TOKEN=${token}; ${curl} -s -o /dev/null -w '%{http_code}'`)).stdout, "400");
    // A number that JavaScript cannot represent exactly.
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    await fetch(`${person.url}/api/ver1.0${GROUPS}`, { method: "POST", headers, body: '{"name": 9007199254740993}' });
    await person.rows().nth(2).waitFor();
    await refused.locator("summary").click();
    await refused.getByText("9007199254740993").first().waitFor();
    await page.getByLabel("Verdict").selectOption("refused");
    await person.row(`${GROUPS}3`).waitFor({ state: "detached" });
    await person.ask("GET", `${GROUPS}99`, { token });
    await person.ask("GET", `${GROUPS}5`, { token });
    await person.row(`${GROUPS}99`).waitFor();
    assert.equal(await person.rows().count(), 4);
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export HAR" }).click();
    const har = JSON.parse(await readFile(await (await saving).path()));
    assert.deepEqual(har.log.entries.map((one) => one.response.status), [400, 400, 400, 404]);
    await page.getByLabel("Verdict").selectOption("all");
    await person.row(`${GROUPS}5`).waitFor();
    await page.getByLabel("Filter").fill("99");
    await person.row(`${GROUPS}5`).waitFor({ state: "detached" });
    await page.getByLabel("Filter").fill("");
    await person.row(`${GROUPS}5`).waitFor();
    await page.getByLabel("Pause").check();
    await page.getByText("Paused: new requests are not shown.").waitFor();
    await person.ask("GET", `${GROUPS}8`, { token });
    await person.ask("POST", GROUPS, { token, body: { name: "Seen by the panel" } });
    await page.getByText("Seen by the panel").waitFor();
    assert.equal(await person.row(`${GROUPS}8`).count(), 0);
    await page.getByLabel("Pause").uncheck();
    await person.row(`${GROUPS}8`).waitFor();
    await person.button("Clear the journal").click();
    await page.getByText("No request to the API yet.").waitFor();
    await person.ask("GET", `${GROUPS}9`, { token });
    await person.row(`${GROUPS}9`).waitFor();
    assert.equal(await person.rows().count(), 1);
  },

  async "a call in progress shows its stages, is moved on, and ends in the history"(person) {
    const { page } = person;
    await person.unfold(3, 31);
    await person.button("Call in progress for 000*302").click();
    await page.locator(".tabs").getByText("Calls 1").waitFor();
    await person.go("Calls");
    await page.locator(".stage.ringing").waitFor();
    await page.getByRole("button", { name: /^Answer call/ }).click();
    await page.locator(".stage.talking").waitFor();
    await page.getByRole("button", { name: /^Hang up call/ }).click();
    await page.getByText("No calls in progress. To simulate one, open a number").waitFor();
    await page.locator("tbody tr").first().getByText(String(new Date().getFullYear())).first().waitFor();
    await page.locator("#panel .entry").first().locator("summary").click();
    await page.locator("#panel .entry").first().getByRole("region", { name: /^Parameters of event/ }).waitFor();
  },

  async "thousands of groups and a flood of requests: few are shown, any can be found"(person) {
    const { page } = person;
    await person.control("POST", "bulk", { client: 12, groups: 3000, extensions: 500, records: 0, seed: 1 });
    const token = await person.token();
    await person.createGroup("Needle in the hay", token);
    await page.getByText("The first 20 groups are shown").waitFor();
    assert.equal(await page.locator(".groups > li").count(), 21);
    await page.getByLabel("Find a group or number").fill("needle");
    await page.getByText("Found: 1 group, 0 numbers.").waitFor();
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 20 }, () => person.ask("GET", "/user/", { token })));
    }
    await person.ask("GET", `${GROUPS}13`, { token });
    await person.row(`${GROUPS}13`).waitFor();
    assert.equal(await person.rows().count(), 200);
  },

  async "requests sent while the page was offline are shown when it is online again"(person) {
    const { page } = person;
    await person.go("State");
    const token = await person.token();
    await page.context().setOffline(true);
    await person.button("Freeze the clock").click();
    await person.refused("The mock does not respond. Is it running?");
    person.complaints.length = 0;
    await person.createGroup("While away", token);
    await page.context().setOffline(false);
    await person.row("createExtensionGroup").waitFor();
    await page.locator(".tabs").getByText("Groups 9").waitFor();
    await person.button("Freeze the clock").click();
    await person.told("The clock is frozen at");
  },
};

/** Steps for a mock of another document than the project's own: one without faxes. */
export const ofOtherDocuments = {
  async "a collection that the document lacks is left out"(person) {
    await person.unfold(3, 31);
    const number = person.page.locator("#number-31");
    await number.getByText("phone · calls 4 · voicemail 4", { exact: true }).waitFor();
    await number.getByRole("heading", { name: "Voicemail" }).waitFor();
    assert.equal(await number.getByRole("heading", { name: "Faxes" }).count(), 0);
  },
};
