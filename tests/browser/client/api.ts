import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "ringme-api";

import { TokenKeeper, type TokenMemory } from "./tokens";

export type Api = Client<paths>;
type Schemas = components["schemas"];
export type Group = Schemas["Group"];
export type Extension = Schemas["Extension"];
export type CallRecord = Schemas["CallRecord"];
export type CurrentUser = Schemas["CurrentUser"];

/** The URL of the API, and the session of the mock. */
export interface Place {
  url: string;
  session: string | null;
}

/** A client of the API with its tokens. */
export interface Connection {
  api: Api;
  keeper: TokenKeeper;
}

/**
 * Connects to the API. `logInAgain` is called when a token is refused and cannot be renewed; it
 * settles when there is a new one, and the request that was refused is then sent again.
 */
export function connect(
  place: Place,
  memory: TokenMemory,
  logInAgain: () => Promise<void>,
): Connection {
  const keeper = new TokenKeeper(clientAt(place), memory);
  const api = clientAt(place);
  api.use(withToken(keeper, logInAgain));
  return { api, keeper };
}

function clientAt(place: Place): Api {
  const headers = place.session === null ? {} : { "X-Mock-Session": place.session };
  return createClient<paths>({ baseUrl: place.url, headers });
}

function withToken(keeper: TokenKeeper, logInAgain: () => Promise<void>): Middleware {
  // Sending a request consumes its body, so a copy is kept until the response has arrived.
  const copies = new Map<string, Request>();

  function authorized(request: Request): Request {
    const sent = request.clone();
    const token = keeper.tokens?.access;
    if (token !== undefined) {
      sent.headers.set("Authorization", `Bearer ${token}`);
    }
    return sent;
  }

  return {
    onRequest({ request, id }) {
      copies.set(id, request);
      return authorized(request);
    },
    async onResponse({ request, response, id, options: { fetch } }) {
      const copy = copies.get(id);
      copies.delete(id);
      if (response.status !== 401 || copy === undefined) {
        return undefined;
      }
      let answer = response;
      if (await keeper.renew(tokenOf(request))) {
        answer = await fetch(authorized(copy));
      }
      if (answer.status === 401) {
        await logInAgain();
        answer = await fetch(authorized(copy));
      }
      return answer;
    },
    onError({ id }) {
      copies.delete(id);
    },
  };
}

function tokenOf(request: Request): string | null {
  return request.headers.get("Authorization")?.replace(/^Bearer /, "") ?? null;
}
