// A number: simulations, its calls, voicemail and faxes, and its actions.
import { html, useEffect, useState } from "../vendor/htm/standalone.module.js";
import { api, control, keeper, list, send } from "./client.js";
import { Act, AsCurl, Ask, Badge, Field, Fold, Form, Named, Rows, visible, useGrowing } from "./controls.js";
import { useData, useDesk } from "./desk.js";

const ITEMS_SHOWN = 10;
/** Recorded items of a number by collection: title, path, key, and the parts of an entry that are shown. */
export const ITEMS = {
  record: { title: "Calls", path: "record", key: "record_uuid", show: (one) => [one.start_time_gmt, `${one.flow}, ${one.from_username} to ${one.to_username}`, `${one.result}, ${one.duration} s`] },
  voicemail: { title: "Voicemail", path: "voicemail", key: "record_uuid", show: (one) => [one.start_time_gmt, `from ${one.from_username}`, `${one.duration} s`] },
  fax: { title: "Faxes", path: "fax", key: "uuid", show: (one) => [one.datetime, `from ${one.caller_id}`, `${one.file_size} bytes`] },
};
const ARRIVALS = [
  ["Call", "calls", {}, (made, number) => `A call of ${number} was recorded: ${made.flow}, from ${made.from_username} to ${made.to_username}, ${made.result}, ${made.duration} s.`],
  ["Call in progress", "calls", { course: { rings: 10, talks: 30 } }, (made, number) => `A call rings at ${number} from ${made.outside}; it is answered in ten seconds.`],
  ["Voicemail", "voicemail", {}, (made, number) => `A voice message arrived for ${number} from ${made.from_username}, ${made.duration} s.`],
  ["Fax", "faxes", {}, (made, number) => `A fax arrived for ${number} from ${made.caller_id}, ${made.file_size} bytes.`],
  ["Registration", "registrations", {}, (made, number) => `The registration log of ${number} has a new entry: ${made.status} at ${made.date_gmt}.`],
];

let kinds;

/** The item kinds that the OpenAPI document has; requested once. */
export async function itemKinds() {
  kinds ??= await Promise.all(Object.keys(ITEMS).map(async (kind) => ((await list(kind, { limit: 1 })).absent ? [] : [kind])));
  return kinds.flat();
}

const called = ({ name, label }) => (label ? `${name} ${label}` : name);

export function NumberRow({ number, counts }) {
  const [open, setOpen] = useState(false);
  const { id, name, label, status, type } = number;
  const counted = Object.entries(counts ?? {}).map(([kind, count]) => `${ITEMS[kind].title.toLowerCase()} ${count}`);
  return html`<li id="number-${id}">
    <${Fold} id="number-${id}" open=${open} onToggle=${() => setOpen(!open)} summary=${html`<span class="number">${visible(name)}</span> ${label && html`<${Named} text=${label} />`} ${status === "blocked" && html`<${Badge} text="blocked" kind="bad" />`} <span class="count">${[type, ...counted].join(" · ")}</span>`}>
      <${Card} number=${number} />
    <//></li>`;
}

function Card({ number }) {
  const { id, client_id: client, label } = number;
  const name = called(number);
  const { changes } = useDesk();
  const groups = useData(() => list("extension_group", { owner: "client", owner_id: client, limit: 1000 }), [changes]);
  const change = async (method, body) => api(await keeper(client), `client/${client}/extension/${id}`, method, body);
  const move = ({ group }) => change("PUT", { extension_group_id: group ? Number(group) : null });
  const target = (group) => groups.entries.find((one) => one.id === Number(group))?.name;
  return html`
    <div class="arrive"><b>Simulate</b><div class="buttons">${ARRIVALS.map(
      ([title, path, body, said]) => html`<${Act} key=${title} label=${title} about=${`for ${number.name}`} request=${() => control(path, "POST", { extension: id, ...body })} said=${(made) => said(made, name)} shows=${() => `number-${id}`} />`,
    )}</div></div>
    ${Object.keys(ITEMS).map((kind) => html`<${Items} key=${kind} kind=${kind} number=${number} />`)}
    <div class="forms">
      <${Form} label="Rename" about=${number.name} request=${(fields) => change("PUT", fields)} said=${(_, fields) => `${number.name} was renamed to ${fields.label}.`} shows=${() => `number-${id}`}>
        <${Field} id="label-${id}" label="Name" name="label" defaultValue=${label ?? ""} maxlength="255" /><//>
      ${groups && html`<${Form} label="Move" about=${number.name} request=${move} said=${(_, { group }) => (group ? `${name} is in ${target(group)} now.` : `${name} is in no group now.`)} shows=${(_, { group }) => (group ? `group-${group}` : "loose-numbers")}>
        <${Field} id="group-of-${id}" label="Group" name="group" chosen=${number.extension_group_id} options=${[["", "in no group"], ...groups.entries.map((one) => [one.id, `${one.name} (${one.id})`])]} />
      <//>`}
      <${Ask} label="Delete number" about=${number.name} kind="danger" title=${`Delete number ${name}?`}>${(close) => html`
        <p>Its calls, voicemail and faxes are kept or deleted as the API defines.</p>
        <${Form} label="Delete" about=${number.name} button="main" kind="answer" request=${() => change("DELETE")} said=${() => `Number ${name} was deleted.`} after=${close} />`}<//>
    </div>`;
}

function Items({ kind, number }) {
  const { title, key } = ITEMS[kind];
  const [found, more] = useGrowing((limit) => list(kind, { owner: "extension", owner_id: number.id, order: "desc", limit }), ITEMS_SHOWN);
  if (!found?.total) return null;
  return html`<h3 class="minor">${title}</h3>
    <${Rows} kind="items" items=${found.entries}>${(one) => html`<${Item} key=${one[key]} kind=${kind} item=${one} number=${number} />`}<//>${more}`;
}

function Item({ kind, item, number }) {
  const { tell } = useDesk();
  const [url, setUrl] = useState("");
  useEffect(() => () => url && URL.revokeObjectURL(url), [url]);
  const { path, key, show } = ITEMS[kind];
  const [time, who, what] = show(item);
  const request = async (method) => api(await keeper(number.client_id), `extension/${number.id}/${path}/${encodeURIComponent(item[key])}`, method);
  const open = async () => {
    try {
      setUrl(URL.createObjectURL(await (await send(await request("GET"))).blob()));
    } catch (error) {
      tell(error.message, { bad: true });
    }
  };
  const isFax = kind === "fax";
  return html`<li class="row">
    <div class="who"><time>${time}</time> <${Named} text=${who} /> <span class="quiet">${what}</span></div>
    <div class="buttons">
      ${!url && html`<span class="pair"><button type="button" class="small" onClick=${open}>${isFax ? "Open" : "Play"}<span class="unseen"> ${kind} of ${time}</span></button>
        <${AsCurl} about=${`${kind} of ${time}`} request=${async () => ({ ...(await request("GET")), saves: true })} /></span>`}
      ${url && (isFax ? html`<a class="button small" href=${url} download=${`${item[key]}.pdf`}>Save as PDF</a>` : html`<audio controls autoplay src=${url} aria-label=${`${kind} of ${time}`}></audio>`)}
      <${Act} button="small" label="Delete" about=${`${kind} of ${time}`} request=${() => request("DELETE")} said=${() => "It was deleted."} shows=${() => `number-${number.id}`} />
    </div></li>`;
}
