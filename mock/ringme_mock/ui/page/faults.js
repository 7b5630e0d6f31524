// Faults: switches for common ones, active faults, and a form for a custom one.
import { html } from "../vendor/htm/standalone.module.js";
import { control, read } from "./client.js";
import { Act, Badge, Field, Form, Named, Rows } from "./controls.js";
import { useData, useDesk } from "./desk.js";

const SWITCHES = [
  { title: "Every response is 503", help: "As if the service were down.", fault: { answer: { status: 503 } } },
  { title: "One 429", help: "The next request gets 429, the one after it succeeds.", fault: { times: 1, answer: { status: 429 } } },
  { title: "Slow, 1 to 3 seconds", help: "Every response is delayed by 1 to 3 seconds.", latency: { from: 1000, to: 3000 } },
  { title: "Connection dropped", help: "The connection ends before the response.", fault: { connection: "drop" } },
  { title: "401 for all users", help: "As if every token had expired.", fault: { answer: { status: 401 } } },
];
const CONNECTIONS = { drop: "dropped before the response", truncate: "ends in the middle of the response", malformed: "stays, but the JSON is malformed" };

let operations;

/** The operations of the API; requested once. */
async function operationIds() {
  const document = await read({ path: "openapi.json" });
  return Object.values(document.paths).flatMap((item) => Object.values(item).map((one) => one.operationId)).filter(Boolean);
}

export const isUsedUp = (fault) => fault.times !== undefined && fault.applied >= fault.times;

export function Faults() {
  const { faults, latency, detail } = useDesk();
  return html`<ul class="switches">${SWITCHES.map((one, index) => html`<${Switch} key=${one.title} ...${one} id="help-${index}" />`)}</ul>
    <h3>Active faults</h3>
    <ul class="rows">
      ${latency.to > 0 && html`<li class="row" id="latency"><div class="who">Every response: ${delayText(latency)}</div>
        <${Act} label="Remove" about="the delay" request=${() => control("latency", "PUT", { milliseconds: 0 })} said=${() => "Responses are no longer delayed."} /></li>`}
      ${faults.map((one) => html`<${Active} key=${one.id} fault=${one} />`)}
    </ul>
    ${!faults.length && !latency.to && html`<p class="empty">None: every request gets the documented response.</p>`}
    <h3>Custom fault</h3>
    <${OwnFault} key=${detail} operation=${detail} />`;
}

function Switch({ title, help, fault, latency, id }) {
  const desk = useDesk();
  const on = desk.faults.find((one) => one.name === title && !isUsedUp(one));
  const isOn = latency ? desk.latency.from === latency.from && desk.latency.to === latency.to : Boolean(on);
  const request = () => {
    if (latency) return control("latency", "PUT", isOn ? { milliseconds: 0 } : latency);
    return isOn ? control(`faults/${on.id}`, "DELETE") : control("faults", "POST", { name: title, ...fault });
  };
  return html`<li>
    <${Act} label=${title} button="switch" role=${{ role: "switch", "aria-checked": `${isOn}`, "aria-describedby": id }} request=${request} said=${() => `${title}: ${isOn ? "off" : "on"}.`} shows=${(found) => (latency ? "latency" : `fault-${found?.id}`)} />
    <p id=${id} class="quiet">${help}</p>
  </li>`;
}

function Active({ fault }) {
  return html`<li class="row" id="fault-${fault.id}">
    <div class="who"><${Named} text=${describe(fault)} /> ${isUsedUp(fault) && html`<${Badge} text="used up" />`}
      <div class="quiet">${fault.name && html`<${Named} text=${fault.name} />, `}${fault.seen} matched, ${fault.applied} affected</div></div>
    <${Act} label="Remove" about=${`fault ${fault.id}`} request=${() => control(`faults/${fault.id}`, "DELETE")} said=${() => "The fault was removed."} />
  </li>`;
}

function OwnFault({ operation }) {
  const known = useData(() => (operations ??= operationIds()), []);
  if (!known) return null;
  return html`<${Form} label="Add the fault" button="main" kind="fields" clears request=${(fields) => control("faults", "POST", faultOf(fields))} said=${() => "The fault was added."} shows=${({ id }) => `fault-${id}`}>
    <${Field} id="fault-operation" label="Operation" name="operation" chosen=${operation} options=${[["", "Every operation"], ...known.map((one) => [one, one])]} />
    <${Field} id="fault-login" label="Login" note="(empty: all users)" name="login" />
    <${Field} id="fault-status" label="Status of the response" name="status" type="number" min="200" max="599" />
    <${Field} id="fault-delay" label="Delay in ms" name="delay" type="number" min="0" max="60000" />
    <${Field} id="fault-connection" label="Connection" name="connection" options=${[["", "as usual"], ...Object.entries(CONNECTIONS)]} />
    <${Field} id="fault-times" label="How often" note="(empty: always)" name="times" type="number" min="1" />
  <//>`;
}

function faultOf({ operation, login, status, delay, connection, times }) {
  if (!status && !delay && !connection) throw new Error("Choose what happens: a status, a delay, or a broken connection.");
  const match = { ...(operation && { operation }), ...(login && { login }) };
  return {
    ...(Object.keys(match).length && { match }),
    ...(times && { times: Number(times) }),
    ...(status && { answer: { status: Number(status) } }),
    ...(delay && { delay: { milliseconds: Number(delay) } }),
    ...(connection && { connection }),
  };
}

function describe({ match = {}, nth, every, probability, answer, delay, connection, times }) {
  let which = [match.method, match.operation, match.path].filter(Boolean).join(" ") || "Every request";
  if (match.login) which += ` of ${match.login}`;
  if (nth) which += `, number ${nth}`;
  if (every) which += `, one of every ${every}`;
  if (probability !== undefined) which += `, with a chance of ${probability}`;
  const effects = [
    answer && `response ${[answer.status, answer.word].filter(Boolean).join(" ")}`,
    delay && delayText(delay),
    connection && `connection: ${connection}`,
    times && (times === 1 ? "once" : `${times} times`),
  ];
  return `${which}: ${effects.filter(Boolean).join(", ")}`;
}

function delayText({ milliseconds, from = milliseconds ?? 0, to = milliseconds ?? from }) {
  return from === to ? `delayed by ${from} ms` : `delayed by ${from} to ${to} ms`;
}
