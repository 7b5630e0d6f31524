// Requests as commands for a shell, and as lines of JavaScript.
const FORM = "application/x-www-form-urlencoded";
const TOKEN = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;

/** Quotes a text for a shell; `plain` escapes control characters and blanks, so that a URL can be pasted. */
const quoted = (text) => (/^[\w./:@%?&=+-]+$/.test(text) && !text.includes("&") && !text.includes("?") ? text : `'${text.replaceAll("'", `'"'"'`)}'`);
const plain = (text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]/gu, encodeURIComponent);

/** A request of this page as a command; `saves` writes a file. A request to the API gets a token first. */
export function curlOf({ method = "GET", path, body, login, saves }, base) {
  const kind = body === undefined ? "" : "application/json";
  const command = curl({ method, url: plain(`${base}/${path}`), isBearer: login, kind, data: JSON.stringify(body), saves });
  if (!login) return command;
  const token = curlOf({ method: "POST", path: "__mock__/tokens", body: { login } }, base).replace("curl", "curl -s");
  return `TOKEN=$(${token} | ${TOKEN})\n${command}`;
}

/** The request of a journal entry; masked values are `$TOKEN`, `token` or `***`. */
export function snippetsOf({ method, path, query, headers, body }, base) {
  const search = pairs(query).map((pair) => pair.map(encodeURIComponent).join("="));
  const url = plain(base + path) + (search.length ? `?${search.join("&")}` : "");
  const isBearer = /^bearer/i.test(headers.authorization ?? "");
  const sent = (headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  const kind = body !== null && [FORM, "application/json"].includes(sent) ? sent : "";
  const data = kind === FORM ? `${new URLSearchParams(pairs(body))}` : JSON.stringify(body);
  return { curl: curl({ method, url, isBearer, kind, data }), fetch: script({ method, url, isBearer, kind, body }) };
}

function curl({ method, url, isBearer, kind, data, saves }) {
  const verb = { GET: [], HEAD: ["--head"] }[method] ?? ["-X", method];
  const parts = ["curl", ...verb, quoted(url)];
  if (isBearer) parts.push("-H", '"Authorization: Bearer $TOKEN"');
  if (kind) parts.push("-H", quoted(`Content-Type: ${kind}`), "--data", quoted(data));
  if (saves) parts.push("-OJ");
  return parts.join(" ");
}

function script({ method, url, isBearer, kind, body }) {
  const headers = [
    ...(isBearer ? ['"Authorization": `Bearer ${token}`'] : []),
    ...(kind ? [`"Content-Type": ${JSON.stringify(kind)}`] : []),
  ];
  const options = [
    ...(method === "GET" ? [] : [`method: ${JSON.stringify(method)}`]),
    ...(headers.length ? [`headers: {${headers.join(", ")}}`] : []),
    ...(kind === FORM ? [`body: new URLSearchParams(${JSON.stringify(pairs(body))})`] : []),
    ...(kind && kind !== FORM ? [`body: JSON.stringify(${JSON.stringify(body)})`] : []),
  ];
  return `await fetch(${JSON.stringify(url)}${options.length ? `, {${options.join(", ")}}` : ""})`;
}

/** Names with values, repeated ones one by one. */
export function pairs(values) {
  return Object.entries(values).flatMap(([name, value]) => [value].flat().map((one) => [name, `${one}`]));
}
