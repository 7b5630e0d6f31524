// A user of the page, and the application under development, which sends requests to the API.
import assert from "node:assert/strict";

import { openPage } from "../chromium.mjs";

const API = "/api/ver1.0";

/** Starts a new session of a running mock, so that no step sees the changes of another. */
export async function arrive(browser, base, name, options = {}) {
  const { width = 1440, height = 900, panel = "groups", ...rest } = options;
  const page = await openPage(browser, { viewport: { width, height }, ...rest });
  const person = new Person(page, base, name);
  await person.open(panel);
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
      // The console reports expected refusals as errors; they are ignored here.
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !isRefusal) this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      const { host: asked, protocol } = new URL(request.url());
      if (asked !== host && protocol !== "blob:") this.complaints.push(`asks for ${request.url()}`);
    });
  }

  async open(panel) {
    await this.page.goto(`${this.url}/#${panel}`);
    await this.page.getByText("Live: the newest request is on top.").waitFor({ state: "attached" });
  }

  /** Opens a panel by its tab. */
  async go(title) {
    await this.page.locator(".tabs").getByRole("link", { name: title }).click();
  }

  async leave() {
    await this.page.context().close();
    assert.deepEqual(this.complaints, []);
  }

  button(name, place = "main") {
    return this.page.locator(place).getByRole("button", { name, exact: true });
  }

  /** Waits for a toast with this text. */
  async told(text) {
    await this.page.locator("#toasts").getByText(text).first().waitFor();
  }

  /** Waits for the error message beside a failed action. */
  async refused(text) {
    await this.page.getByRole("alert").getByText(text).waitFor();
  }

  /** Opens a group, and a number in it if there is one. */
  async unfold(group, number) {
    await this.page.locator(`#group-${group} > .fold > .opener`).click();
    if (number) await this.page.locator(`#number-${number} .opener`).click();
  }

  /** The text that a copy button has put on the clipboard. */
  async copied(button) {
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await button.click();
    await this.told("Copied.");
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** The response that the application gets from the API: the status, and the JSON if there is any. */
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
