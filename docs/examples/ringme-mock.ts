/**
 * The mock for tests in TypeScript. Each worker of a test runner uses its own session, with its own
 * entries, tokens, clock, faults and journal. Needs only `fetch`.
 */

export interface Fault {
  /** A note for people. */
  name?: string;
  /** The requests that the fault applies to. The default is all API requests. */
  match?: { operation?: string; method?: string; path?: string; login?: string };
  /** Only the nth matching request. */
  nth?: number;
  /** Every nth matching request. */
  every?: number;
  /** The maximum number of times that the fault applies. */
  times?: number;
  probability?: number;
  answer?: {
    status: number;
    word?: string;
    example?: string;
    body?: unknown;
    headers?: Record<string, string>;
  };
  delay?: { milliseconds?: number; from?: number; to?: number };
  connection?: "drop" | "truncate" | "malformed";
}

export interface Filter {
  operation?: string;
  method?: string;
  /** The path, with `*` as a wildcard for any text. */
  path?: string;
  status?: number;
  login?: string;
  verdict?: "valid" | "refused" | "not_mocked" | "failed" | "fault";
  text?: string;
  /** The maximum number of requests; the most recent ones are returned. */
  limit?: number;
}

/** Some properties of a request in the journal; `GET /__mock__/journal` has all of them. */
export interface JournalEntry {
  method: string;
  path: string;
  query: Record<string, unknown>;
  operation: string | null;
  parameters: Record<string, unknown>;
  login: string | null;
  body: unknown;
  status: number | null;
  /** Why the request was refused. */
  reason: string | null;
}

export interface MockSession {
  readonly name: string;
  /** The base URL for the program under test, without a trailing slash. */
  readonly url: string;
  /** Reset to the fixtures: entries, tokens, clock, faults, journal. */
  reset(): Promise<void>;
  /** A token without a login, for a login such as `sales-lead`. */
  token(user: string, seconds?: number): Promise<string>;
  /** Advance the clock: tokens expire, limits are reset. */
  advance(seconds: number): Promise<void>;
  /** Add a fault; returns its id. */
  fault(fault: Fault): Promise<string>;
  /** The requests to the API, oldest first. */
  requests(filter?: Filter): Promise<JournalEntry[]>;
}

export function mockSession(name: string, mock = "http://127.0.0.1:8080"): MockSession {
  const url = `${mock}/s/${encodeURIComponent(name)}`;

  async function send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}/__mock__/${path}`, {
      method,
      ...(body && {
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /__mock__/${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  return {
    name,
    url,
    async reset() {
      await send("POST", "reset");
    },
    async token(user, seconds = 3600) {
      const made = await send("POST", "tokens", { login: user, seconds });
      return (made as { access_token: string }).access_token;
    },
    async advance(seconds) {
      await send("POST", "clock/advance", { seconds });
    },
    async fault(fault) {
      return ((await send("POST", "faults", fault)) as { id: string }).id;
    },
    async requests(filter = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
      return (await send("GET", `journal?${query}`)) as JournalEntry[];
    },
  };
}
