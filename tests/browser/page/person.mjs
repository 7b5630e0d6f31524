// A person in front of the page, and the application that they work on, which asks the API.
import assert from "node:assert/strict";

const API = "/api/ver1.0";
const PATIENCE = 8000;

/** Begins a session of its own at a running mock, so that no step sees what another one did. */
export async function arrive(browser, base, name, options = {}) {
  const { width = 1280, height = 900, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, ...rest });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const person = new Person(page, base, name);
  await person.open();
  return person;
}

export class Person {
  constructor(page, base, name) {
    this.page = page;
    this.url = name ? `${base}/s/${name}` : base;
    this.complaints = [];
    const { host } = new URL(base);
    page.on("pageerror", (error) => this.complaints.push(`${error}`));
    page.on("dialog", (dialog) => this.complaints.push(`a dialog opened: ${dialog.message()}`));
    page.on("console", (message) => {
      // A refusal that a step provokes is an error to the console, and none here.
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !isRefusal) this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (new URL(request.url()).host !== host) this.complaints.push(`asks for ${request.url()}`);
    });
  }

  async open() {
    await this.page.goto(`${this.url}/`);
    if (await this.page.evaluate(() => document.documentElement.classList.contains("script"))) {
      await this.page.getByText("Live: the newest request is on top.").waitFor();
    }
  }

  async leave() {
    await this.page.context().close();
    assert.deepEqual(this.complaints, []);
  }

  button(name, place = "main") {
    return this.page.locator(place).getByRole("button", { name, exact: true });
  }

  /** Waits until the status message is this. */
  async told(text) {
    await this.page.locator("#status").getByText(text).waitFor();
  }

  /** What the application gets from the API: the status, and the JSON if there is any. */
  async ask(method, path, { token, body } = {}) {
    const headers = { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) };
    const answer = await fetch(this.url + API + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, json: text && JSON.parse(text) };
  }

  async control(method, path, body) {
    const answer = await fetch(`${this.url}/__mock__/${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    const text = await answer.text();
    return text && JSON.parse(text);
  }

  async token(login = "client-admin") {
    return (await this.control("POST", "tokens", { login })).access_token;
  }

  async createGroup(name, token) {
    const answer = await this.ask("POST", "/client/@me/extension_group/", { token, body: { name } });
    assert.equal(answer.status, 201);
    return answer.json.id;
  }

  rows() {
    return this.page.locator("#journal-rows > li");
  }

  /** The row of a request, newest first, that has this text in it. */
  row(text) {
    return this.rows().filter({ hasText: text }).first();
  }
}
