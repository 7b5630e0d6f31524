// The player of the browser seeks in a long recording and fetches only that part; on a second visit
// it asks if the file has changed.
// Usage: node tests/browser/player.mjs MOCK_URL
import { createServer } from "node:http";

import { launch, openPage, PATIENCE } from "./chromium.mjs";

const [mock] = process.argv.slice(2);
const send = async (method, path, body, headers) => {
  const sent = { "Content-Type": "application/json", ...headers };
  const response = await fetch(mock + path, { method, headers: sent, body: body && JSON.stringify(body) });
  return response.json();
};
const { record_uuid: record } = await send("POST", "/__mock__/calls", { extension: 30, duration: 7200 });
const { access_token: token } = await send("POST", "/__mock__/tokens", { login: "client-admin" });
const path = `/api/ver1.0/client/@me/record/${record}/storage_url`;
const { record_url: url } = await send("GET", path, undefined, { Authorization: `Bearer ${token}` });

// A separate origin, as for a front end.
const site = createServer((_, response) => {
  response.setHeader("Content-Type", "text/html");
  response.end("<!DOCTYPE html><title>Player</title><audio controls preload=metadata></audio>");
});
await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
const browser = await launch();
const page = await openPage(browser);
for (const visit of ["first", "second"]) {
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const place = await page.evaluate(async ([source, patience]) => {
    const audio = document.querySelector("audio");
    const event = (name) => new Promise((resolve, reject) => {
      audio.addEventListener(name, resolve, { once: true });
      audio.addEventListener("error", () => reject(new Error(audio.error.message)), { once: true });
      setTimeout(() => reject(new Error(`no ${name}`)), patience);
    });
    const ready = event("loadedmetadata");
    audio.src = source;
    await ready;
    const sought = event("seeked");
    audio.currentTime = 6480;
    await sought;
    return `${audio.currentTime} of ${audio.duration} seconds`;
  }, [url, PATIENCE]);
  console.log(`${visit} visit: at ${place}`);
}
await browser.close();
site.close();
const entries = await send("GET", `/__mock__/journal?path=/storage/*`);
const late = entries.filter((one) => /bytes=[1-9]/.test(one.headers.range));
console.log(`a part: ${late.some((one) => one.status === 206 && one.response.size < 7_200_000)}`);
console.log(`known: ${entries.some((one) => one.status === 304)}`);
