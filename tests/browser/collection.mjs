// Checks of a collection in any program that imports it: it has every operation of the document,
// and each of its requests can be sent unchanged, alone and one after the other.
import { readFile } from "node:fs/promises";
import { argv, exit } from "node:process";

export const PUBLIC_APPLICATION = {
  id: "c1200000000000000000000000000007",
  secret: "c0ffee07c0ffee07c0ffee07c0ffee07",
  redirectUri: "http://localhost:3000/callback",
  login: "client-admin",
  password: "mock-client-admin",
};
export const TRUSTED_APPLICATION = {
  id: "c1200000000000000000000000000001",
  secret: "c0ffee01c0ffee01c0ffee01c0ffee01",
};

// The id of a call is generated when it begins, so no example can contain it.
const IN_PROGRESS = "/current_calls/{";

const METHODS = ["get", "put", "post", "delete"];

/**
 * Runs the check of one program: `convert(text)` gives `{requests, tokenUrl, grant, application}`,
 * each request as `{name, method, path, send: {url, headers, body}, script?}` with `{base}` in its
 * URL. Ends the process with 1 if anything is wrong.
 */
export async function checkImport(program, convert) {
  const [, , document, url] = argv;
  if (url === undefined) {
    console.error(`usage: node ${program.toLowerCase()}.mjs OPENAPI_FILE MOCK_URL`);
    exit(2);
  }
  const { requests, ...access } = await convert(await readFile(document, "utf8"));
  const problems = await arrivalProblems(requests, url);
  const mock = new Mock(url, `import-${program.toLowerCase()}`);
  const token = await logIn(mock, access);
  const alone = await send(mock, requests, token, problems, () => mock.reset());
  await mock.reset();
  const inOrder = await send(mock, requests, token, problems, () => {});
  for (const problem of problems) {
    console.error(`${program}: ${problem}`);
  }
  console.log(`${program}: ${requests.length} operations arrived, ${alone} succeed alone, ${inOrder} in order`);
  exit(problems.length === 0 ? 0 : 1);
}

/** Sends all requests, adds to the problems, and returns how many succeed. */
async function send(mock, requests, token, problems, before) {
  let succeeded = 0;
  for (const request of requests) {
    await before();
    const call = request.path.includes(IN_PROGRESS) ? await mock.answerACall(request.send) : request.send;
    const answer = await mock.send(call, token);
    if (answer.ok || answer.status === 302) {
      succeeded += 1;
    } else {
      problems.push(`${request.name}: ${answer.status} ${await answer.text()}`);
    }
  }
  return succeeded;
}

/** Operations of the mock's document without a request, and requests without an operation. */
async function arrivalProblems(requests, url) {
  const { paths } = await (await fetch(`${url}/openapi.json`)).json();
  const expected = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const arrived = requests.map(({ method, path }) => `${method} ${path}`);
  return [
    ...expected.filter((one) => !arrived.includes(one)).map((one) => `missing: ${one}`),
    ...arrived.filter((one) => !expected.includes(one)).map((one) => `not in the document: ${one}`),
    ...(new Set(arrived).size < arrived.length ? ["an operation arrived twice"] : []),
  ];
}

/** Gets a token as the programs do: the application in the header, the rest in a form. */
async function logIn(mock, { tokenUrl, grant, application }) {
  const { id, secret } = application;
  const form = new URLSearchParams({ grant_type: grant });
  if (grant === "authorization_code") {
    form.set("code", await codeOf(mock, application));
    form.set("redirect_uri", application.redirectUri);
  }
  const answer = await mock.send({
    url: new URL(tokenUrl, mock.url).href,
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: form,
  });
  if (!answer.ok) {
    console.error(`no token by ${grant} from ${tokenUrl}: ${answer.status} ${await answer.text()}`);
    exit(1);
  }
  return (await answer.json()).access_token;
}

/** A code from the login page, which the program shows in a window. */
async function codeOf(mock, { id, redirectUri, login, password }) {
  const query = new URLSearchParams({ response_type: "code", client_id: id, redirect_uri: redirectUri });
  const form = new URLSearchParams({ username: login, password });
  const done = await mock.send({ url: `{base}/oauth/login?${query}`, method: "POST", body: form });
  const headers = { Cookie: done.headers.get("set-cookie").split(";")[0] };
  const back = await mock.send({ url: done.headers.get("location"), method: "GET", headers });
  return new URL(back.headers.get("location")).searchParams.get("code");
}

class Mock {
  constructor(url, session) {
    this.url = url;
    this.session = { "X-Mock-Session": session };
  }

  async send({ url, method, headers = {}, body }, token) {
    const bearer = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    return fetch(url.replace("{base}", this.url), {
      method,
      headers: { ...bearer, ...headers, ...this.session },
      body,
      // The URL after the login belongs to the application.
      redirect: "manual",
    });
  }

  async control(path, body) {
    const answer = await fetch(`${this.url}/__mock__/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...this.session },
      body: JSON.stringify(body),
    });
    return answer.status === 204 ? null : answer.json();
  }

  /** Starts a call for requests that need a call in progress. */
  async answerACall(request) {
    const [, extension, id] = /\/extension\/(\d+)\/current_calls\/([^/?]+)/.exec(request.url);
    const { call } = await this.control("calls", { extension: Number(extension), course: {} });
    await this.control(`calls/${call}`, { do: "answer" });
    return { ...request, url: request.url.replace(id, call) };
  }

  /** Every request finds the entries that the document's examples refer to. */
  async reset() {
    await this.control("reset", { keep: ["tokens"] });
  }
}
