import assert from "node:assert/strict";

const APRIL = ["2016-04-01", "2016-04-21"];
const SALES = ["302 Ivanova", "303 Smirnov", "304 Vacant desk", "310 Sales queue", "500 Sales fax"];

/** The steps of one user of the application in their own session, from the login on. */
export async function tell(visitor, control) {
  const own = (title) => `${title} of ${control.session}`;
  await logInBadlyThenWell(visitor);
  await visitor.seesRows("Groups", "a", ["Sales", "Support", "Empty group", "Support"]);
  await visitor.examine("groups");

  await createAndFill(visitor, own("Day shift"));
  await hearCalls(visitor, control);
  await followNumber(visitor, control);

  await outliveToken(visitor, control, own("Evening shift"));
  await outliveRevocation(visitor, control, own("Night shift"));
  await waitForLimit(visitor, control, own("Early shift"));
  await outliveDrop(visitor, control);
  await turnPages(visitor, control);
  await visitor.signOut();

  await mayOnlyReadGroup(visitor, control);
  await mayOnlyReadClient(visitor);
  assert.deepEqual(visitor.problems, []);
  assert.equal(visitor.warnings.length, 1, `one request was dropped: ${visitor.warnings}`);
}

async function logInBadlyThenWell(visitor) {
  await visitor.logIn("client-admin", "wrong");
  await visitor.seesAlert("The login or the password is wrong.");
  await visitor.examine("login");
  await visitor.logIn("client-admin");
  await visitor.seesHeading("Groups");
}

/** In every session the new group gets the id that the fixtures leave free. */
async function createAndFill(visitor, name) {
  await visitor.createGroup(name);
  await visitor.seesHeading(`${name} 14`);
  for (const number of ["300 Petrov", "301 Sidorov"]) {
    await visitor.choose("Number", number);
    await visitor.press("Move in");
    await visitor.sees("news", () => news(visitor), `${number} was moved in.`);
  }
  await visitor.seesRows("Members", "a", ["301 Sidorov", "300 Petrov"]);
}

async function hearCalls(visitor, control) {
  await visitor.showDays(...APRIL);
  await visitor.seesRows("Calls", "time", [
    "2016-04-21 23:59:59",
    "2016-04-15 14:02:11.40",
    "2016-04-12 09:30:00",
    "2016-04-12 09:30:00",
    "2016-04-01 00:00:05.98",
    "2016-04-01 00:00:05",
    "2016-04-01 00:00:00",
  ]);
  const stored = visitor.page.waitForResponse((answer) => answer.url().includes("/storage/"));
  await visitor.press("Listen: Recording of 2016-04-21 23:59:59");
  const file = await stored;
  assert.ok(file.url().startsWith(`${control.base}/storage/`), `fetched ${file.url()}`);
  assert.equal(file.headers()["content-type"], "audio/mpeg");
  const player = visitor.page.getByLabel("Recording of 2016-04-21 23:59:59");
  await visitor.sees("the player", () => player.evaluate(isReady), true);
  assert.equal(await control.count({ operation: "getGroupRecordUrl", status: 200 }), 1);
  assert.ok((await control.count({ path: "/storage/record/28-*" })) > 0);
  await visitor.examine("group");
}

function isReady(audio) {
  return audio.readyState >= HTMLMediaElement.HAVE_METADATA && audio.duration > 0;
}

/** The page of a number: a new call is shown, and the number is moved. */
async function followNumber(visitor, control) {
  await visitor.follow("300 Petrov");
  await visitor.seesHeading("300 Petrov 30");
  await control.makeCall({ extension: 30, flow: "in", from: "79990001234", at: "2016-04-21 12:00:00" });
  await visitor.press("Show");
  const callers = () => visitor.rows("Calls", "span:nth-child(2)");
  await visitor.sees("the new call", async () => (await callers())[0], "79990001234 called 300");
  await visitor.choose("Group", "Empty group (8)");
  await visitor.press("Move");
  await visitor.page.getByText("In Empty group.").waitFor();
  await visitor.examine("number");
}

/**
 * The token is renewed in the background, only once, even if several requests are refused together,
 * or if one is refused when there is already a newer token.
 */
async function outliveToken(visitor, control, name) {
  await goHome(visitor);
  await visitor.page.getByLabel("Name", { exact: true }).fill(name);
  await control.passAnHour();
  await visitor.press("Create");
  await visitor.seesHeading(`${name} 15`);
  assert.equal(await control.count({ operation: "createExtensionGroup", status: 401 }), 1);

  await goHome(visitor);
  await control.passAnHour();
  await control.break("listExtensions", { times: 1, delay: { milliseconds: 500 } });
  await visitor.follow("Sales");
  await visitor.seesRows("Members", "a", SALES);
  const choices = visitor.page.getByLabel("Number").locator("option");
  await visitor.sees("the numbers to move", async () => (await choices.count()) > 1, true);
  assert.equal(await control.count({ operation: "listGroupExtensions", status: 401 }), 1);
  assert.equal(await control.count({ operation: "listExtensions", status: 401 }), 1);
  const renewals = { operation: "createToken", body: { grant_type: "refresh_token" } };
  assert.equal(await control.count({ ...renewals, status: 200 }), 2);
  assert.equal(await control.count({ ...renewals, status: 401 }), 0);
}

/** Only the password is asked for, and then the group is created. */
async function outliveRevocation(visitor, control, name) {
  await goHome(visitor);
  await control.revokeTokens("client-admin");
  await visitor.createGroup(name);
  const dialog = visitor.page.getByRole("dialog", { name: "Log in again" });
  await dialog.waitFor();
  assert.equal(await visitor.page.locator("form.line input").inputValue(), name);
  await visitor.examine("login again");
  await dialog.getByLabel("Password").fill("wrong");
  await visitor.page.keyboard.press("Enter");
  await dialog.getByText("The login or the password is wrong.").waitFor();
  await dialog.getByLabel("Password").fill("mock-client-admin");
  await visitor.page.keyboard.press("Enter");
  await visitor.seesHeading(`${name} 16`);
  assert.equal(await control.count({ operation: "createExtensionGroup", status: 201 }), 3);
}

async function waitForLimit(visitor, control, name) {
  await goHome(visitor);
  await control.break("createExtensionGroup", { times: 1, answer: { status: 429 } });
  await visitor.createGroup(name);
  const alert = await visitor.seesAlert("Could not create the group", "The server takes more in");
  const seconds = Number(/(\d+) seconds/.exec(alert)?.[1]);
  assert.ok(seconds > 0 && seconds <= 3600, alert);
  await visitor.examine("limit");
  await visitor.reach("Try again");
  await visitor.seesHeading(`${name} 17`);
  await visitor.sees("no alert", () => visitor.page.locator(".banner").innerText(), "");
}

/** A browser retries by itself when a reused connection was closed, but only once. */
async function outliveDrop(visitor, control) {
  await control.break("listExtensionGroups", { connection: "drop" });
  await visitor.follow("Groups of numbers");
  await visitor.seesAlert("Could not list the groups", "There was no answer from the server");
  await control.mend();
  await visitor.press("Try again");
  await visitor.seesRows("Groups", "a", [
    ...["Sales", "Support", "Empty group", "Support"],
    ...["Day", "Evening", "Night", "Early"].map((one) => `${one} shift of ${control.session}`),
  ]);
}

/** There are already eight groups, all of the visitor; twelve more make two pages. */
async function turnPages(visitor, control) {
  await control.makeGroups(12, 12);
  await visitor.page.reload();
  const count = async () => (await visitor.rows("Groups")).length;
  await visitor.sees("a full page", count, 10);
  const first = await visitor.rows("Groups");
  await visitor.follow("Next");
  await visitor.page.getByText("Page 2").waitFor();
  await visitor.sees("another page", async () => (await visitor.rows("Groups"))[0] !== first[0], true);
  assert.equal(await count(), 10);
  await visitor.follow("Previous");
  await visitor.sees("the first page", () => visitor.rows("Groups"), first);
  await visitor.examine("pages");
}

/** A 403 shows what is not allowed, and disables the control that caused it. */
async function mayOnlyReadGroup(visitor, control) {
  await visitor.logIn("sales-viewer");
  await visitor.seesHeading("Your group 3");
  await visitor.seesRows("Members", "a", SALES);
  await visitor.press("Take out 302");
  await visitor.seesAlert("You are not allowed to move numbers", "The user may only read.");
  const buttons = visitor.page.getByText("Take out");
  const areClosed = () => buttons.evaluateAll((all) => all.every((one) => one.disabled));
  await visitor.sees("closed buttons", areClosed, true);
  await visitor.seesRows("Members", "a", SALES);
  assert.equal(await control.count({ operation: "updateExtension", status: 403 }), 1);
  await visitor.showDays(...APRIL);
  await visitor.seesRows("Calls", "button", Array(8).fill("Listen"));
  await visitor.examine("refusal");
  await visitor.signOut();
}

async function mayOnlyReadClient(visitor) {
  await visitor.logIn("client-reader");
  await visitor.seesHeading("Groups");
  await visitor.createGroup("Not to be");
  await visitor.seesAlert("You are not allowed to create groups", "The user may only read.");
  const button = visitor.page.getByRole("button", { name: "Create" });
  await visitor.sees("a closed form", () => button.isDisabled(), true);
  await visitor.examine("closed form");
}

async function goHome(visitor) {
  await visitor.follow("Groups of numbers");
  await visitor.seesHeading("Groups");
  await visitor.page.getByRole("list", { name: "Groups" }).waitFor();
}

function news(visitor) {
  return visitor.page.locator(".news").innerText();
}
