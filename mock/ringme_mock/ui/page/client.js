// Requests to the mock: to its control interface, and to the API as one of its users.
//
// A request is {method, path, body, login}: `path` is relative to the root of the session, which is where
// this file came from, whatever stands before it; with `login` it is sent with a token of that user.
const ROOT = new URL("../../../../../", import.meta.url);
const tokens = new Map();

// Whole numbers beyond 2^53 keep all their digits, in texts as in JSON.
BigInt.prototype.toJSON = function () {
  return JSON.rawJSON?.(this.toString()) ?? this.toString();
};
const exact = (_, value, context) =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source) ? BigInt(context.source) : value;

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Gets the response. Throws Refused with the message of the mock. */
export async function send(request) {
  let response = await attempt(request);
  if (response.status === 401 && tokens.delete(request.login)) response = await attempt(request);
  if (!response.ok) throw new Refused(await reason(response), response.status);
  return response;
}

/** Gets the JSON of the response, or null for none. */
export async function read(request) {
  const text = await (await send(request)).text();
  return text ? parse(text) : null;
}

export const parse = (text) => JSON.parse(text, exact);
export const control = (path, method = "GET", body = undefined) => ({ path: `__mock__/${path}`, method, body });
export const api = (login, path, method = "GET", body = undefined) => ({ path: `api/ver1.0/${path}`, method, body, login });
export const address = (path) => new URL(path, ROOT).href;

/** Lists entries of a collection: {total, entries, counts}; empty if the document has no such collection. */
export async function list(collection, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
  try {
    return await read(control(`entries/${collection}?${new URLSearchParams(given)}`));
  } catch (error) {
    if ([400, 404].includes(error.status)) return { total: 0, entries: [], counts: {}, absent: true };
    throw error;
  }
}

/** The login of a user with write access to a client, for requests to the API. */
export async function keeper(client) {
  const { entries } = await list("user", { owner: "client", owner_id: client, limit: 1000 });
  const found = entries.find((one) => one.type === "client" && one.access !== "read_only" && one.status === "active");
  if (!found) throw new Refused("This client has no active user with write access", 0);
  return found.login;
}

/** Path and query of an entry of the journal. */
export function pathOf({ path, query }) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => `${name}=${one}`));
  return pairs.length ? `${path}?${pairs.join("&")}` : path;
}

async function attempt({ method = "GET", path, body, login }) {
  const headers = {};
  if (login) headers.Authorization = `Bearer ${await tokenOf(login)}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(address(path), { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused("The mock does not respond. Is it running?", 0);
  }
}

async function tokenOf(login) {
  if (!tokens.has(login)) tokens.set(login, (await read(control("tokens", "POST", { login }))).access_token);
  return tokens.get(login);
}

async function reason(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).message || `status ${response.status}`;
  } catch {
    return text.slice(0, 200) || `status ${response.status}`;
  }
}
