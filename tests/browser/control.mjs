/** The control interface of one session of a mock. */
export class Control {
  constructor(url, session) {
    this.session = session;
    this.base = `${url}/s/${session}`;
  }

  /** Lets the hour of all tokens pass. */
  async passAnHour() {
    await this.#ask("POST", "clock/advance", { seconds: 3601 });
  }

  /** Ends access and refresh tokens. */
  async revokeTokens(login) {
    await this.#ask("DELETE", `tokens?login=${login}`);
  }

  /** Adds a fault for an operation, until `mend`. */
  async break(operation, fault) {
    await this.#ask("POST", "faults", { match: { operation }, ...fault });
  }

  async mend() {
    await this.#ask("DELETE", "faults");
  }

  async makeCall(call) {
    await this.#ask("POST", "calls", call);
  }

  async makeGroups(client, groups) {
    await this.#ask("POST", "bulk", { client, groups, seed: 7 });
  }

  /** The number of requests in the journal that match. */
  async count(filter) {
    return (await this.#ask("POST", "journal/count", filter)).count;
  }

  /** The path and the status of all requests of the journal. */
  async journal() {
    return this.#ask("GET", "journal");
  }

  async end() {
    await fetch(`${this.base}/__mock__/sessions/${this.session}`, { method: "DELETE" });
  }

  async #ask(method, path, body) {
    const answer = await fetch(`${this.base}/__mock__/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: the mock answered ${answer.status} ${text}`);
    }
    return text === "" ? null : JSON.parse(text);
  }
}
