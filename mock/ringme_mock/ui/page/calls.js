// Calls: those in progress with their stages, the events that were sent, and the call history.
import { html, useEffect } from "../vendor/htm/standalone.module.js";
import { control, list, read } from "./client.js";
import { Act, Named, Rows } from "./controls.js";
import { useData, useDesk } from "./desk.js";
import { Exchange, Reason, Text } from "./exchange.js";

const STEPS = { answer: "Answer", busy: "Busy", hang_up: "Hang up" };
const VERDICTS = { sent: "valid", failed: "failed", "not sent": "refused" };
const COLUMNS = {
  Begin: (one) => one.init_time_gmt,
  Flow: (one) => one.flow,
  From: (one) => one.from_username,
  To: (one) => one.to_username,
  Result: (one) => one.result,
  Length: (one) => `${one.duration} s`,
  Legs: (one) => one.cdr?.length,
};
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
  return html`<${Rows} items=${calls.slice(0, SHOWN)} empty=${html`No calls in progress. To simulate one, open a number under <a href="#groups">Groups</a>.`}>${(call) => html`<${Call} key=${call.call} call=${call} />`}<//>
    <h3>Events sent</h3>
    ${found && html`
      <${Rows} items=${found.deliveries} kind="entries" empty="No events were sent. They go to the URLs that are subscribed to events of a number.">${(one) => html`<${Delivery} key=${one.number} delivery=${one} />`}<//>
      <h3>Call history <span class="quiet">the last ${found.history.length}</span></h3>
      <div class="scroll" tabindex="0" role="region" aria-label="Call history"><table>
        <thead><tr>${Object.keys(COLUMNS).map((title) => html`<th>${title}</th>`)}</tr></thead>
        <tbody>${found.history.map((one) => html`<tr key=${one.call_uuid}>${Object.values(COLUMNS).map((show) => html`<td><${Named} text=${show(one)} /></td>`)}</tr>`)}</tbody>
      </table></div>
      ${found.history.length === 0 && html`<p class="empty">No call has ended yet.</p>`}`}`;
}

function Call({ call: { call, outside, began, ends, legs } }) {
  return html`<li id="call-${call}">
    <div class="row">
      <div class="who"><b>${outside ? html`<${Named} text=${outside} />` : "internal"}</b> <div class="quiet">began ${began}, expected to end ${ends}</div></div>
      <div class="buttons">${Object.entries(STEPS).map(
        ([step, title]) => html`<${Act} key=${step} label=${title} about=${`call ${call.slice(0, 8)}`} request=${() => control(`calls/${call}`, "POST", { do: step })} shows=${() => `call-${call}`} />`,
      )}</div>
    </div>
    <ul class="legs">${legs.map(
      (leg) => html`<li key=${leg.subcall}><span class="number">${leg.name}</span> <b class="stage ${leg.stage}">${leg.stage}</b> <span class="quiet">${leg.flow}, from <${Named} text=${leg.from} /> to <${Named} text=${leg.to} /></span></li>`,
    )}</ul></li>`;
}

function Delivery({ delivery }) {
  const { number, event, method, url, state, status, error, parameters, body } = delivery;
  return html`<${Exchange} ...${delivery} id="delivery-${number}" verdict=${VERDICTS[state]} method=${event} path=${`${method} ${url}`} status=${status ?? state} facts=${[state]}>
    <${Reason} title="Error" text=${error} />
    <h3>Sent</h3><${Text} about=${`Parameters of event ${number}`} text=${Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join("\n")} />
    <h3>Response</h3><${Text} about=${`Response to event ${number}`} text=${body} none="no body" /><//>`;
}
