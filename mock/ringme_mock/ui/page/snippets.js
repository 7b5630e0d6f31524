// Requests as commands for a shell, and as lines of JavaScript.
const FORM = "application/x-www-form-urlencoded";
const TOKEN = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;

/** Quotes a text for a shell; what no URL and no JSON has unescaped is escaped, so that it can be pasted. */
const quoted = (text) => (/^[\w./:@%?&=+-]+$/.test(text) && !text.includes("&") && !text.includes("?") ? text : `'${text.replaceAll("'", `'"'"'`)}'`);
const plain = (text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]/gu, encodeURIComponent);

/** A request of this page as a command, which `saves` a file; one to the API gets its token first. */
export function curlOf({ method = "GET", path, body, login, saves }, base) {
  const parts = ["curl", ...(method === "GET" ? [] : ["-X", method]), quoted(plain(`${base}/${path}`))];
  if (login) parts.push("-H", '"Authorization: Bearer $TOKEN"');
  if (body !== undefined) parts.push("-H", "'Content-Type: application/json'", "--data", quoted(JSON.stringify(body)));
  if (saves) parts.push("-OJ");
  const command = parts.join(" ");
  if (!login) return command;
  const token = curlOf({ method: "POST", path: "__mock__/tokens", body: { login } }, base).replace("curl", "curl -s");
  return `TOKEN=$(${token} | ${TOKEN})\n${command}`;
}

/** The request of an entry of the journal; what was masked in it is `$TOKEN`, `token` or `***`. */
export function snippetsOf(entry, base) {
  const query = pairs(entry.query).map((pair) => pair.map(encodeURIComponent).join("="));
  const url = plain(base + entry.path) + (query.length ? `?${query.join("&")}` : "");
  const isBearer = /^bearer/i.test(entry.headers.authorization ?? "");
  const sent = (entry.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  const kind = entry.body !== null && [FORM, "application/json"].includes(sent) ? sent : "";
  const request = { ...entry, url, isBearer, kind };
  return { curl: curl(request), fetch: script(request) };
}

function curl({ method, url, isBearer, kind, body }) {
  const parts = ["curl"];
  if (method === "HEAD") parts.push("--head");
  else if (method !== "GET") parts.push("-X", method);
  parts.push(quoted(url));
  if (isBearer) parts.push("-H", '"Authorization: Bearer $TOKEN"');
  const data = kind === FORM ? `${new URLSearchParams(pairs(body))}` : JSON.stringify(body);
  if (kind) parts.push("-H", quoted(`Content-Type: ${kind}`), "--data", quoted(data));
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
