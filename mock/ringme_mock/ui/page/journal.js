// The journal: requests newest first, each with both sides of its exchange.
import { html, useState } from "../vendor/htm/standalone.module.js";
import { control } from "./client.js";
import { Act, Copy, Download, Named, Search, visible } from "./controls.js";
import { useDesk } from "./desk.js";
import { snippetsOf } from "./snippets.js";
import { MOST_ROWS, pathOf } from "./stream.js";

const VERDICTS = ["valid", "refused", "not_mocked", "failed", "fault"];
const BODY_SHOWN = 8000;

export function Journal({ rows, filter, setFilter, live, kept, news, reload }) {
  const change = (part) => setFilter({ ...filter, ...part });
  const state = !live ? "Not connected to the mock; trying again." : filter.paused ? "Paused: new requests are not shown." : "Live: the newest request is on top.";
  const query = new URLSearchParams(Object.entries({ text: filter.text, verdict: filter.verdict }).filter(([, value]) => value));
  return html`<section id="journal" class="panel" aria-labelledby="journal-title">
    <div class="row">
      <h2 id="journal-title" tabindex="-1">Journal <span class="dot ${live && !filter.paused ? "live" : ""}"></span></h2>
      <div class="buttons">
        <${Download} label="Export HAR" path=${`__mock__/journal/har?${query}`} />
        <${Act} label="Clear" about="the journal" request=${() => control("journal", "DELETE")} said=${() => "The journal is empty."} after=${reload} />
      </div>
    </div>
    <div class="filter">
      <${Search} id="journal-text" label="Filter" value="" onInput=${(text) => change({ text })} />
      <div class="field"><label for="journal-verdict">Verdict</label>
        <select id="journal-verdict" onChange=${({ target }) => change({ verdict: target.value })}>
          <option value="">all</option>
          ${VERDICTS.map((one) => html`<option value=${one}>${one.replace("_", " ")}</option>`)}
        </select></div>
      <label class="check"><input type="checkbox" checked=${filter.paused} onChange=${({ target }) => change({ paused: target.checked })} /> Pause</label>
    </div>
    <p class="quiet">${state} ${rows.length === MOST_ROWS && `The last ${MOST_ROWS} are shown.`} ${kept.dropped > 0 && html`${kept.dropped} older requests were dropped (<code>--journal</code>).`}</p>
    <ol id="journal-rows" class="entries" reversed>${rows.map((entry) => html`<${Entry} key=${entry.number} entry=${entry} />`)}</ol>
    ${rows.length === 0 && html`<p class="empty">${filter.text || filter.verdict ? "No request of the journal fits." : "No request to the API yet."}</p>`}
    <p class="unseen" role="status">${news}</p>
  </section>`;
}

function Entry({ entry }) {
  const [open, setOpen] = useState(false);
  return html`<li class="entry ${entry.verdict}" id="request-${entry.number}">
    <details open=${open} onToggle=${({ target }) => setOpen(target.open)}>
      <summary>
        <b class="method">${entry.method}</b> <bdi class="path">${visible(pathOf(entry))}</bdi> <b class="status">${entry.status ?? "no response"}</b>
        <span class="under"><time datetime=${entry.time}>${entry.time.slice(11, 23)}</time> <span class="verdict">${entry.verdict.replace("_", " ")}</span> ${entry.operation && html`<span>${entry.operation}</span> `}${entry.login && html`<${Named} text=${entry.login} /> `}<span>${entry.milliseconds.toFixed(1)} ms</span></span>
      </summary>
      ${open && html`<${Exchange} entry=${entry} />`}
    </details>
  </li>`;
}

function Exchange({ entry }) {
  const { session } = useDesk();
  const snippets = snippetsOf(entry, session.url);
  const { response, number } = entry;
  return html`<div class="exchange">
    ${entry.reason && html`<p class="reason"><b>Reason</b> <${Named} text=${entry.reason} /> ${entry.word && html`<code>${visible(entry.word)}</code>`}</p>`}
    ${entry.fault && html`<p class="reason"><b>Fault</b> <${Named} text=${entry.fault} /></p>`}
    <div class="buttons">
      <${Copy} label="Copy as curl" text=${() => snippets.curl} about=${`request ${number}`} />
      <${Copy} label="Copy as fetch" text=${() => snippets.fetch} about=${`request ${number}`} />
      ${entry.operation && html`<a class="button small" href="#faults/${entry.operation}">Add a fault<span class="unseen"> for ${entry.operation}</span></a>`}
    </div>
    <div class="sides">
      <${Side} title="Request" about=${`request ${number}`} headers=${entry.headers} body=${entry.body} size=${entry.size} application=${entry.application} />
      ${response ? html`<${Side} title="Response" about=${`the response to request ${number}`} ...${response} />` : html`<div><h3>Response</h3><p class="quiet">none: the connection ended</p></div>`}
    </div>
  </div>`;
}

function Side({ title, about, headers, body, size, application }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  const text = body === null ? "" : typeof body === "string" ? body : JSON.stringify(body, null, 2);
  const shown = text.length > BODY_SHOWN ? `${text.slice(0, BODY_SHOWN)}\n…` : text;
  return html`<div>
    <h3>${title} <span class="quiet">${size} bytes</span></h3>
    ${application && html`<p class="quiet">Application <code>${application}</code></p>`}
    ${shown ? html`<pre tabindex="0" role="region" aria-label=${`Body of ${about}`}>${visible(shown)}</pre>` : html`<p class="quiet">${size ? "a body that is neither JSON nor a form" : "no body"}</p>`}
    ${lines && html`<pre class="headers" tabindex="0" role="region" aria-label=${`Headers of ${about}`}><bdi>${visible(lines)}</bdi></pre>`}
  </div>`;
}
