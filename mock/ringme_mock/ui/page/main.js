// The page: head, tabs, the panel that is open, and the journal beside it.
import { html, render, useEffect, useState } from "../vendor/htm/standalone.module.js";
import { Calls } from "./calls.js";
import { address } from "./client.js";
import { Copy, Named, visible } from "./controls.js";
import { Desk, keepFocus, overview, useData, useDesk, useLive, useToasts } from "./desk.js";
import { Faults, isUsedUp } from "./faults.js";
import { Groups } from "./groups.js";
import { Journal } from "./journal.js";
import { useStream } from "./stream.js";
import { Sessions } from "./sessions.js";
import { curlOf } from "./snippets.js";
import { Clock, State } from "./state.js";
import { Users } from "./users.js";

// Panels by name: text and count of the tab, title, hint and component. A count with a `kind` is not shown if it is 0.
const PANELS = {
  journal: { tab: "Journal" },
  groups: { tab: "Groups", title: "Groups and numbers", Panel: Groups, count: ({ groups }) => groups.total },
  users: { tab: "Users", hint: "Users who can log in to the API. Token issues an access token without a login.", Panel: Users, count: ({ users }) => users.total },
  calls: { tab: "Calls", title: "Calls in progress", Panel: Calls, kind: "busy", count: ({ calls }) => calls.length },
  faults: { tab: "Faults", Panel: Faults, kind: "bad", count: ({ faults, latency }) => faults.filter((one) => !isUsedUp(one)).length + (latency.to ? 1 : 0) },
  state: { tab: "State", Panel: State },
  sessions: { tab: "Sessions", hint: "Each session has its own data, faults and journal, at its own URL.", Panel: Sessions, count: ({ sessions }) => sessions.length },
};
const WIDE = matchMedia("(min-width: 60rem)");

function Page() {
  const [toasts, tell] = useToasts();
  const [change, setChange] = useState({ count: 0, fresh: "" });
  const [tokens, setTokens] = useState(() => JSON.parse(sessionStorage.getItem(address("")) ?? "{}"));
  useEffect(() => sessionStorage.setItem(address(""), JSON.stringify(tokens)), [tokens]);
  const place = useLive(window, "hashchange", placeOf);
  const changed = (fresh = "") => setChange((before) => ({ count: before.count + 1, fresh }));
  const found = useData(overview, [change.count], tell);
  const stream = useStream(changed, found?.session.requests, tell);
  const isWide = useLive(WIDE, "change", () => WIDE.matches);
  useFresh(change);
  if (!found) return html`<p class="quiet loading">Loading…</p><${Toasts} toasts=${toasts} />`;
  const desk = { ...found, changes: change.count, changed, tell, tokens, setTokens, detail: place.detail };
  const open = isWide && place.name === "journal" ? "groups" : place.name;
  const { tab, title = tab, hint, Panel } = PANELS[open === "journal" ? "groups" : open];
  document.title = found.session.name === "default" ? "RingMe mock" : `RingMe mock: ${found.session.name}`;
  return html`<${Desk.Provider} value=${desk}>
    <a class="skip" href="#main" onClick=${toMain}>Skip to the content</a>
    <${Head} />
    <${Tabs} open=${open} />
    <main id="main" tabindex="-1" class=${open === "journal" ? "at-journal" : ""}>
      <section id="panel" class="panel" aria-labelledby="panel-title" key=${open}>
        <h2 id="panel-title" tabindex="-1">${title}</h2>
        ${hint && html`<p class="quiet">${hint}</p>`}
        <${Panel} />
      </section>
      <${Journal} ...${stream} />
    </main>
    ${stream.rows[0] && html`<${Latest} entry=${stream.rows[0]} />`}
    <${Toasts} toasts=${toasts} />
  <//>`;
}

/** The name of the panel in the URL, and the detail after it. */
function placeOf() {
  const [name, detail = ""] = location.hash.slice(1).split("/", 2);
  return Object.hasOwn(PANELS, name) ? { name, detail: decodeURIComponent(detail) } : { name: "journal", detail: "" };
}

function Head() {
  const { session, version } = useDesk();
  return html`<header class="top">
    <h1>RingMe mock <span class="quiet">${version}</span></h1>
    <dl class="facts">
      <div><dt>Session</dt><dd><a href="#sessions">${session.name}</a></dd></div>
      <div><dt>API</dt><dd><code id="base-url">${session.url}</code> <${Copy} text=${() => session.url} about="the address of the API" /></dd></div>
      <div><dt>Clock</dt><dd><${Clock} /></dd></div>
    </dl>
    <nav aria-label="Documentation"><ul>
      <li><a href=${address("docs/")}>Documentation</a></li>
      <li><a href=${address("docs/api.html")}>Try the API</a></li>
      <li><a href=${address("docs/control.html")}>Control interface</a></li>
    </ul></nav>
  </header>`;
}

function Tabs({ open }) {
  const desk = useDesk();
  // On a phone not all tabs fit. `scrollIntoView` would also move the starting point of the Tab key.
  useEffect(() => {
    const tab = document.querySelector(".tabs [aria-current]");
    const list = tab.closest("ul");
    list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
  }, [open]);
  const shown = ({ count, kind }) => count?.(desk) || (kind || !count ? "" : 0);
  return html`<nav class="tabs" aria-label="Panels"><ul>${Object.entries(PANELS).map(
    ([name, panel]) =>
      html`<li class="tab-${name}"><a href="#${name}" aria-current=${open === name ? "page" : undefined}>${panel.tab}${shown(panel) !== "" && html` <span class=${panel.kind}>${shown(panel)}</span>`}</a></li>`,
  )}</ul></nav>`;
}

/** The last request, on a phone, where the journal is a tab. */
const Latest = ({ entry }) => html`<nav class="latest" aria-label="Last request">
  <a href="#journal">${visible(`${entry.method} ${entry.path}`)} <b class=${entry.verdict}>${entry.status ?? "no response"}</b></a></nav>`;

/** Messages about completed actions, each with its request to copy. */
function Toasts({ toasts }) {
  const desk = useDesk();
  return html`<div id="toasts" role="status">${toasts.map(
    ({ id, text, bad, request }) => html`<div class="toast ${bad ? "bad" : ""}" id="toast-${id}" key=${id}>
      <span><${Named} text=${text} /></span>
      ${desk && request && html`<${Copy} label="Copy as curl" text=${() => curlOf(request, desk.session.url)} about="the request" />`}
    </div>`,
  )}</div>`;
}

/** Highlights the element that a click has changed, once the panel shows it. */
function useFresh({ count, fresh }) {
  useEffect(() => {
    const observer = new MutationObserver(mark);
    function mark() {
      const place = document.getElementById(fresh);
      if (!place) return;
      observer.disconnect();
      place.classList.add("fresh");
      place.addEventListener("animationend", () => place.classList.remove("fresh"), { once: true });
      place.scrollIntoView({ block: "nearest" });
    }
    if (fresh) observer.observe(document.body, { childList: true, subtree: true });
    if (fresh) mark();
    return () => observer.disconnect();
  }, [count]);
}

function toMain(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

keepFocus();
render(html`<${Page} />`, document.getElementById("app"));
