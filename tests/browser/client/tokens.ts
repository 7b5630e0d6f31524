import type { Client } from "openapi-fetch";
import type { paths } from "ringme-api";

import { dataOf, Failure } from "./failure";

export interface Application {
  id: string;
  secret: string;
}

export interface Credentials {
  login: string;
  password: string;
  application: Application;
}

/** The result of a login. */
export interface Tokens {
  login: string;
  application: Application;
  access: string;
  refresh: string | null;
}

/** The storage of the tokens, such as that of a tab. */
export interface TokenMemory {
  read(): Tokens | null;
  write(tokens: Tokens | null): void;
}

/** Logs in, and renews the access token by the refresh token. */
export class TokenKeeper {
  #renewal: Promise<boolean> | null = null;

  /** `api` must not itself ask for a token: it sends the requests for tokens. */
  constructor(
    private readonly api: Client<paths>,
    private readonly memory: TokenMemory,
  ) {}

  get tokens(): Tokens | null {
    return this.memory.read();
  }

  /** Throws a Failure if the login is refused. */
  async login({ login, password, application }: Credentials): Promise<void> {
    const parameters = { grant_type: "password", username: login, password } as const;
    await this.#request(login, application, parameters);
  }

  /**
   * True if there is now a newer access token than the stale one. Requests that fail together
   * share one renewal, since a refresh token works only once.
   */
  async renew(stale: string | null): Promise<boolean> {
    if (this.tokens?.access !== stale) {
      return this.tokens !== null;
    }
    this.#renewal ??= this.#refresh().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  forget(): void {
    this.memory.write(null);
  }

  async #refresh(): Promise<boolean> {
    const tokens = this.tokens;
    if (!tokens?.refresh) {
      return false;
    }
    const parameters = { grant_type: "refresh_token", refresh_token: tokens.refresh } as const;
    try {
      await this.#request(tokens.login, tokens.application, parameters);
      return true;
    } catch (error) {
      if (error instanceof Failure && error.status === 401) {
        return false;
      }
      throw error;
    }
  }

  async #request(login: string, application: Application, parameters: Grant): Promise<void> {
    const answer = dataOf(
      await this.api.POST("/oauth/token", {
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: { client_id: application.id, client_secret: application.secret, ...parameters },
      }),
    );
    this.memory.write({
      login,
      application,
      access: answer.access_token,
      refresh: answer.refresh_token ?? null,
    });
  }
}

type Grant =
  | { grant_type: "password"; username: string; password: string }
  | { grant_type: "refresh_token"; refresh_token: string };
