import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";

import { PATIENCE } from "./chromium.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A user of the application: acts and checks as a user would. */
export class Visitor {
  constructor(page, name, screenshots) {
    this.page = page;
    this.name = name;
    // Once for each colour scheme and each width is enough.
    this.#usesAxe = ["wide-light", "phone-dark"].includes(name);
    this.problems = [];
    this.warnings = [];
    this.#screenshots = screenshots;
    page.on("pageerror", (error) => this.problems.push(`script error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "warning") {
        this.warnings.push(message.text());
      }
      // The browser reports every response of 400 and above as an error; here they are expected.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.problems.push(`console: ${message.text()}`);
      }
    });
  }

  #screenshots;
  #usesAxe;

  async logIn(login, password = `mock-${login}`) {
    await this.page.getByLabel("Login", { exact: true }).fill(login);
    await this.page.getByLabel("Password").fill(password);
    await this.page.keyboard.press("Enter");
  }

  async signOut() {
    await this.press("Sign out");
    await this.page.getByLabel("Login", { exact: true }).waitFor();
  }

  async press(button) {
    await this.page.getByRole("button", { name: button, exact: true }).first().click();
  }

  /** Uses the keyboard: Tab to the control, then Enter. */
  async reach(button) {
    const name = () => this.page.evaluate(() => document.activeElement?.textContent);
    for (let steps = 0; (await name()) !== button; steps += 1) {
      if (steps === 50) {
        throw new Error(`the button "${button}" cannot be reached with the Tab key`);
      }
      await this.page.keyboard.press("Tab");
    }
    await this.page.keyboard.press("Enter");
  }

  async follow(link) {
    await this.page.getByRole("link", { name: link, exact: true }).first().click();
  }

  async createGroup(name) {
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    await this.page.keyboard.press("Enter");
  }

  async choose(label, text) {
    const field = this.page.getByLabel(label, { exact: true });
    const option = field.locator("option", { hasText: text });
    await field.selectOption(await option.first().getAttribute("value"));
  }

  async showDays(from, to) {
    await this.page.getByLabel("From").fill(from);
    await this.page.getByLabel("To", { exact: true }).fill(to);
    await this.press("Show");
  }

  async seesHeading(text) {
    await this.sees(`the heading "${text}"`, () => this.page.locator("h1").innerText(), text);
  }

  /** The texts of a list's entries, or of a part of each. */
  async rows(list, part) {
    const entries = this.page.getByRole("list", { name: list }).getByRole("listitem");
    return (part === undefined ? entries : entries.locator(part)).allInnerTexts();
  }

  async seesRows(list, part, expected) {
    await this.sees(`the list ${list}`, () => this.rows(list, part), expected);
  }

  async seesAlert(...texts) {
    const alert = this.page.getByRole("alert").filter({ hasText: texts[0] });
    for (const text of texts) {
      await alert.getByText(text).waitFor();
    }
    return alert.innerText();
  }

  /** Polls until the result is as expected. Throws an error with the last result if it is not. */
  async sees(what, look, expected) {
    const end = Date.now() + PATIENCE;
    let found;
    do {
      found = await look();
      if (isDeepStrictEqual(found, expected)) {
        return;
      }
      await this.page.waitForTimeout(50);
    } while (Date.now() < end);
    const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
    throw new Error(`${what}: expected ${right} but found ${left}`);
  }

  /** Checks that the page fits the window, and has no serious accessibility fault. */
  async examine(station) {
    const surplus = await this.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    if (surplus > 0) {
      this.problems.push(`${station}: ${surplus} pixels wider than the window`);
    }
    if (this.#screenshots !== undefined) {
      const path = `${this.#screenshots}/${station.replaceAll(" ", "-")}-${this.name}.png`;
      await this.page.screenshot({ path, fullPage: true });
    }
    if (this.#usesAxe) {
      await this.#runAxe(station);
    }
  }

  async #runAxe(station) {
    await this.page.addScriptTag({ path: AXE });
    const violations = await this.page.evaluate(
      async () => (await window.axe.run({ resultTypes: ["violations"] })).violations,
    );
    for (const { id, impact, help, nodes } of violations) {
      if (impact === "serious" || impact === "critical") {
        this.problems.push(`${station}: ${id} (${impact}): ${help}: ${nodes[0].html}`);
      }
    }
  }
}
