// Calls: those in progress with their stages, the events that were sent, and the call history.
import { html, useEffect } from "../vendor/htm/standalone.module.js";
import { control, list, read } from "./client.js";
import { Act, Named, visible } from "./controls.js";
import { useData, useDesk } from "./desk.js";

const STEPS = { answer: "Answer", busy: "Busy", hang_up: "Hang up" };
const SHOWN = 20;
const POLL_MS = 2000;

async function load() {
  const [history, deliveries] = await Promise.all([list("call", { order: "desc", limit: SHOWN }), read(control("deliveries"))]);
  return { history: history.entries, deliveries: deliveries.slice(-SHOWN).reverse() };
}

export function Calls() {
  const { calls, changes, changed } = useDesk();
  const found = useData(load, [changes]);
  const isBusy = calls.length > 0;
  useEffect(() => {
    const polling = isBusy ? setInterval(() => changed(), POLL_MS) : 0;
    return () => clearInterval(polling);
  }, [isBusy]);
  return html`<h2 id="panel-title" tabindex="-1">Calls in progress</h2>
    <ul class="rows">${calls.slice(0, SHOWN).map((call) => html`<${Call} key=${call.call} call=${call} />`)}</ul>
    ${!isBusy && html`<p class="empty">None. Open a number under <a href="#groups">Groups</a>, and simulate one.</p>`}
    <h3>Events sent</h3>
    ${found && html`<ul class="entries">${found.deliveries.map((one) => html`<${Delivery} key=${one.number} delivery=${one} />`)}</ul>
      ${found.deliveries.length === 0 && html`<p class="empty">None. They go to the URLs that subscribed to events of a number.</p>`}
      <h3>Call history <span class="quiet">the last ${found.history.length}</span></h3>
      <div class="scroll" tabindex="0" role="region" aria-label="Call history"><table>
        <thead><tr><th>Begin</th><th>Flow</th><th>From</th><th>To</th><th>Result</th><th>Length</th><th>Legs</th></tr></thead>
        <tbody>${found.history.map(
          (one) => html`<tr key=${one.call_uuid}><td><time>${one.init_time_gmt}</time></td><td>${one.flow}</td><td><${Named} text=${one.from_username} /></td><td><${Named} text=${one.to_username} /></td><td>${one.result}</td><td>${one.duration} s</td><td>${one.cdr?.length}</td></tr>`,
        )}</tbody></table></div>
      ${found.history.length === 0 && html`<p class="empty">No call has ended yet.</p>`}`}`;
}

function Call({ call }) {
  const short = call.call.slice(0, 8);
  return html`<li id="call-${call.call}">
    <div class="row">
      <div class="who"><b>${call.outside ? html`<${Named} text=${call.outside} />` : "internal"}</b> <div class="quiet">began ${call.began}, ends ${call.ends} unless something else happens</div></div>
      <div class="buttons">${Object.entries(STEPS).map(
        ([step, title]) => html`<${Act} key=${step} label=${title} about=${`call ${short}`} request=${() => control(`calls/${call.call}`, "POST", { do: step })} said=${() => `${title}: done.`} shows=${() => `call-${call.call}`} />`,
      )}</div>
    </div>
    <ul class="legs">${call.legs.map(
      (leg) => html`<li key=${leg.subcall}><span class="number">${leg.name}</span> <b class="stage ${leg.stage}">${leg.stage}</b> <span class="quiet">${leg.flow}, from <${Named} text=${leg.from} /> to <${Named} text=${leg.to} /></span></li>`,
    )}</ul></li>`;
}

function Delivery({ delivery }) {
  const { number, time, event, method, url, state, status, error, parameters, body, milliseconds } = delivery;
  const verdict = { sent: "valid", failed: "failed", "not sent": "refused" }[state] ?? "";
  const sent = Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join("\n");
  return html`<li class="entry ${verdict}" id="delivery-${number}"><details>
    <summary><b class="method">${event}</b> <bdi class="path">${method} ${visible(url)}</bdi> <b class="status">${status ?? state}</b>
      <span class="under"><time datetime=${time}>${time.slice(11, 23)}</time> <span class="verdict">${state}</span> <span>${milliseconds.toFixed(1)} ms</span></span></summary>
    <div class="exchange">
      ${error && html`<p class="reason"><b>Error</b> <${Named} text=${error} /></p>`}
      <h3>Sent</h3><pre tabindex="0" role="region" aria-label=${`Parameters of event ${number}`}>${visible(sent)}</pre>
      <h3>Response</h3>${body ? html`<pre tabindex="0" role="region" aria-label=${`Response to event ${number}`}>${visible(body)}</pre>` : html`<p class="quiet">no body</p>`}
    </div></details></li>`;
}
