// The journal: requests newest first, each with both sides of its exchange.
import { html } from "../vendor/htm/standalone.module.js";
import { control, pathOf } from "./client.js";
import { Act, Copy, Download, Field, Search } from "./controls.js";
import { useDesk } from "./desk.js";
import { Exchange, Reason, Text } from "./exchange.js";
import { snippetsOf } from "./snippets.js";
import { MOST_ROWS, queryOf } from "./stream.js";

const VERDICTS = ["valid", "refused", "not_mocked", "failed", "fault"];
const words = (verdict) => verdict.replace("_", " ");

export function Journal({ rows, filter, setFilter, live, dropped, news, reload }) {
  const change = (part) => setFilter({ ...filter, ...part });
  const state = !live ? "Not connected to the mock; trying again." : filter.paused ? "Paused: new requests are not shown." : "Live: the newest request is on top.";
  return html`<section id="journal" class="panel" aria-labelledby="journal-title">
    <div class="row">
      <h2 id="journal-title" tabindex="-1">Journal <span class="dot ${live && !filter.paused ? "live" : ""}"></span></h2>
      <div class="buttons">
        <${Download} label="Export HAR" path=${`__mock__/journal/har?${queryOf(filter)}`} />
        <${Act} label="Clear" about="the journal" request=${() => control("journal", "DELETE")} said=${() => "The journal is empty."} after=${reload} />
      </div>
    </div>
    <div class="filter">
      <${Search} id="journal-text" label="Filter" onInput=${(text) => change({ text })} />
      <${Field} id="journal-verdict" label="Verdict" options=${[["", "all"], ...VERDICTS.map((one) => [one, words(one)])]} onChange=${({ target }) => change({ verdict: target.value })} />
      <label class="check"><input type="checkbox" checked=${filter.paused} onChange=${({ target }) => change({ paused: target.checked })} /> Pause</label>
    </div>
    <p class="quiet">${state} ${rows.length === MOST_ROWS && `The last ${MOST_ROWS} are shown.`} ${dropped > 0 && html`${dropped} older requests were dropped (<code>--journal</code>).`}</p>
    <ol id="journal-rows" class="entries" reversed>${rows.map((entry) => html`<${Entry} key=${entry.number} entry=${entry} />`)}</ol>
    ${rows.length === 0 && html`<p class="empty">${filter.text || filter.verdict ? "No request matches the filter." : "No request to the API yet."}</p>`}
    <p class="unseen" role="status">${news}</p>
  </section>`;
}

const Entry = ({ entry }) => html`<${Exchange} ...${entry} id="request-${entry.number}" path=${pathOf(entry)} status=${entry.status ?? "no response"}
  facts=${[words(entry.verdict), entry.operation, entry.login]}><${Sides} entry=${entry} /><//>`;

function Sides({ entry }) {
  const { session } = useDesk();
  const { response, number, operation } = entry;
  const snippets = snippetsOf(entry, session.url);
  return html`<${Reason} title="Reason" text=${entry.reason} word=${entry.word} />
    <${Reason} title="Fault" text=${entry.fault} />
    <div class="buttons">
      <${Copy} label="Copy as curl" text=${() => snippets.curl} about=${`request ${number}`} />
      <${Copy} label="Copy as fetch" text=${() => snippets.fetch} about=${`request ${number}`} />
      ${operation && html`<a class="button small" href="#faults/${operation}">Add a fault<span class="unseen"> for ${operation}</span></a>`}
    </div>
    <div class="sides">
      <${Side} title="Request" about=${`request ${number}`} ...${entry} />
      ${response ? html`<${Side} title="Response" about=${`the response to request ${number}`} ...${response} />` : html`<div><h3>Response</h3><p class="quiet">No response: the connection was closed.</p></div>`}
    </div>`;
}

function Side({ title, about, headers, body, size, application }) {
  const text = typeof body === "string" ? body : body === null ? "" : JSON.stringify(body, null, 2);
  return html`<div>
    <h3>${title} <span class="quiet">${size} bytes</span> ${text && html`<${Copy} text=${() => text} about=${`the body of ${about}`} />`}</h3>
    ${application && html`<p class="quiet">Application <code>${application}</code></p>`}
    <${Text} about=${`Body of ${about}`} text=${text} none=${size ? "a body that is neither JSON nor a form" : "no body"} />
    <${Text} about=${`Headers of ${about}`} kind="headers" text=${Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n")} />
  </div>`;
}
