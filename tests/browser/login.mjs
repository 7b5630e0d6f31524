// Drives the login page of the authorization code grant in Chromium, with a running mock:
//
//   node login.mjs URL                      every step, and axe at four looks
//   node login.mjs URL --pictures FOLDER    the same, with pictures of the looks
//
// This program is the application: its redirect URI is a port of this program.
// Exits with 1 and an error message if a step fails. CHROMIUM sets the browser.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { argv, exit } from "node:process";

import { launch, openPage } from "./chromium.mjs";
import { examine } from "./page/look.mjs";

const [url, option, pictures] = argv.slice(2);
if (!url || (option && (option !== "--pictures" || !pictures))) {
  console.error("usage: node login.mjs URL [--pictures FOLDER]");
  exit(2);
}
const base = url.replace(/\/$/, "");
const CALLBACK = "http://localhost:3000/callback";
const PUBLIC = { id: "c1200000000000000000000000000007", secret: "c0ffee07c0ffee07c0ffee07c0ffee07" };
const ASKING = { id: "c1200000000000000000000000000008", secret: "c0ffee08c0ffee08c0ffee08c0ffee08" };
const WINDOWS = { wide: { width: 1280, height: 900 }, phone: { width: 320, height: 640 } };
// Requests to the redirect URI.
const arrivals = [];
const application = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, CALLBACK);
  if (pathname === "/callback") arrivals.push(searchParams);
  response.writeHead(200, { "Content-Type": "text/html" }).end("<title>Application</title>back");
});
await new Promise((ready) => application.listen(0, "127.0.0.1", ready));
const browser = await launch(`--host-resolver-rules=MAP localhost:3000 127.0.0.1:${application.address().port}`);

/** A user with their own cookies. */
class Person {
  static async arrive(options = {}) {
    const { width = 1280, height = 900, ...rest } = options;
    const person = new Person();
    person.page = await openPage(browser, { viewport: { width, height }, ...rest });
    person.context = person.page.context();
    person.complaints = [];
    person.page.on("console", (message) => {
      // Besides errors and warnings, a browser reports that the machine is slow.
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !isRefusal) person.complaints.push(message.text());
    });
    return person;
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }

  /** Opens the URL that the application sends its users to. */
  async start(application = PUBLIC, more = {}) {
    const query = new URLSearchParams({ response_type: "code", client_id: application.id, redirect_uri: CALLBACK, ...more });
    await this.page.goto(`${base}/oauth/authorize?${query}`);
  }

  async logIn(login, password = `mock-${login}`) {
    await this.page.getByLabel("Login").fill(login);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Log in" }).click();
  }

  /** The last request to the redirect URI. */
  async back() {
    await this.page.waitForURL(`${CALLBACK}?**`);
    return arrivals.at(-1);
  }
}

/** The login of the user that the code belongs to. */
async function userOf(code, application = PUBLIC) {
  const form = { grant_type: "authorization_code", code, redirect_uri: CALLBACK, client_id: application.id, client_secret: application.secret };
  const answer = await fetch(`${base}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
  assert.equal(answer.status, 200);
  const { access_token: token } = await answer.json();
  const user = await fetch(`${base}/api/ver1.0/user/`, { headers: { Authorization: `Bearer ${token}` } });
  return (await user.json()).login;
}

const steps = {
  async "a person logs in and comes back with a code"(person) {
    await person.start(PUBLIC, { state: "a b&c" });
    assert.equal(await person.page.title(), "Log in - RingMe mock");
    await person.logIn("sales-lead");
    const arrival = await person.back();
    assert.equal(arrival.get("state"), "a b&c");
    assert.equal(await userOf(arrival.get("code")), "sales-lead");
  },

  async "the next time there is no page"(person) {
    await person.start();
    await person.logIn("petrov-phone");
    const first = await person.back();
    await person.start();
    const second = await person.back();
    assert.notEqual(first.get("code"), second.get("code"));
    assert.equal(await userOf(second.get("code")), "petrov-phone");
  },

  async "the keyboard is enough"(person) {
    const { keyboard } = person.page;
    await person.start();
    await person.page.locator("#username:focus").waitFor();
    await keyboard.type("client-admin");
    await keyboard.press("Tab");
    await keyboard.type("wrong");
    await keyboard.press("Enter");
    await person.page.getByRole("alert").getByText("Wrong login or password.").waitFor();
    // The field that must be typed again has the focus, the others keep their text.
    assert.equal(await person.page.getByLabel("Login").inputValue(), "client-admin");
    await person.page.locator("#password:focus").waitFor();
    await keyboard.type("mock-client-admin");
    await keyboard.press("Tab");
    assert.equal(await person.page.evaluate(() => document.activeElement.textContent), "Log in");
    await keyboard.press("Space");
    assert.equal(await userOf((await person.back()).get("code")), "client-admin");
  },

  async "permission is asked once, and can be refused"(person) {
    await person.start(ASKING, { state: "s" });
    await person.logIn("sales-lead");
    await person.page.getByRole("heading", { name: "Allow access?" }).waitFor();
    await person.page.getByRole("button", { name: "Refuse" }).click();
    assert.deepEqual([...(await person.back())], [["error", "access_denied"], ["state", "s"]]);
    await person.start(ASKING);
    await person.page.getByRole("heading", { name: "Allow access?" }).waitFor();
    await person.page.keyboard.press("Tab");
    await person.page.keyboard.press("Enter");
    assert.equal(await userOf((await person.back()).get("code"), ASKING), "sales-lead");
    const before = arrivals.length;
    await person.start(ASKING);
    await person.back();
    assert.equal(arrivals.length, before + 1);
  },

  async "another user can log in"(person) {
    await person.start(ASKING);
    await person.logIn("client-reader");
    await person.page.getByRole("link", { name: "Log in as another user" }).click();
    await person.logIn("support-lead");
    await person.page.getByText("Support lead").waitFor();
  },

  async "a wrong address is told, and leads nowhere"(person) {
    const query = new URLSearchParams({ response_type: "code", client_id: PUBLIC.id, redirect_uri: "http://evil.example/" });
    const answer = await person.page.goto(`${base}/oauth/authorize?${query}`);
    assert.equal(answer.status(), 400);
    await person.page.getByRole("alert").getByText("redirect_uri: must be one of those of the application").waitFor();
    assert.deepEqual(await person.page.getByRole("link").count(), 0);
  },

  async "a form of another site logs nobody in"(person) {
    const query = new URLSearchParams({ response_type: "code", client_id: PUBLIC.id, redirect_uri: CALLBACK });
    await person.page.route("http://127.0.0.1:9/**", (route) => route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${base}/oauth/login?${query}">
        <input name="username" value="sales-lead"><input name="password" value="mock-sales-lead"><button>Win</button></form>`,
    }));
    await person.page.goto("http://127.0.0.1:9/");
    await person.page.getByRole("button", { name: "Win" }).click();
    await person.page.getByText("A page of another site may not send this form").waitFor();
    await person.start();
    await person.page.getByLabel("Password").waitFor();
  },
};

let count = 0;
let failed = 0;
async function attempt(name, action, options) {
  count += 1;
  try {
    const person = await Person.arrive(options);
    await action(person);
    await person.leave();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack}\n`);
  }
}

/** Each page at one window and in one colour: axe, the width, a picture. */
async function look(person, title) {
  const findings = [];
  const seen = async (name) => {
    findings.push(...(await examine(person.page, `${title}, ${name}`)));
    if (pictures) await person.page.screenshot({ path: path.join(pictures, `${title}-${name}.png`) });
  };
  await person.start();
  await seen("login");
  await person.logIn("blocked-manager");
  await person.page.getByRole("alert").waitFor();
  await seen("refused");
  await person.start(ASKING);
  await person.logIn("sales-lead");
  await person.page.getByRole("heading", { name: "Allow access?" }).waitFor();
  await seen("permission");
  await person.page.goto(`${base}/oauth/authorize?response_type=code&client_id=nobody`);
  await seen("error");
  assert.deepEqual(findings, []);
}

if (pictures) await mkdir(pictures, { recursive: true });
for (const [name, step] of Object.entries(steps)) {
  await fetch(`${base}/__mock__/reset`, { method: "POST" });
  await attempt(name, step);
}
await attempt("no script is needed", async (person) => {
  await person.start();
  await person.logIn("sales-lead");
  assert.equal(await userOf((await person.back()).get("code")), "sales-lead");
}, { javaScriptEnabled: false });
for (const colorScheme of ["light", "dark"]) {
  for (const [size, window] of Object.entries(WINDOWS)) {
    await fetch(`${base}/__mock__/reset`, { method: "POST" });
    const title = `${size}-${colorScheme}`;
    await attempt(`accessible and as wide as its window: ${title}`, (person) => look(person, title), { ...window, colorScheme });
  }
}
console.log(`${count - failed} of ${count} steps succeed`);
await browser.close();
application.close();
exit(failed ? 1 : 0);
