// Groups with the numbers in them: find, open, create, rename and delete.
import { html, useState } from "../vendor/htm/standalone.module.js";
import { api, keeper, list } from "./client.js";
import { Ask, Field, Fold, Form, Named, Rows, Search, plural, useGrowing } from "./controls.js";
import { useData, useDesk } from "./desk.js";
import { NumberRow, itemKinds } from "./number.js";

const SHOWN = 20;
const numbersOf = async (query) => list("extension", { count: (await itemKinds()).join(","), limit: SHOWN, ...query });

async function load(text) {
  const [groups, clients, loose, found] = await Promise.all([
    list("extension_group", { text, properties: "name", count: "extension", limit: SHOWN }),
    list("client", { limit: 1000 }),
    list("extension", { owner: "extension_group", limit: 1 }),
    text ? numbersOf({ text, properties: "name,label" }) : null,
  ]);
  return { text, groups, clients: clients.entries, loose: loose.total, found };
}

export function Groups() {
  const [text, setText] = useState("");
  const [opened, setOpened] = useState(new Set());
  const { changes, groups, numbers } = useDesk();
  const data = useData(() => load(text), [text, changes]);
  const toggle = (id) => setOpened((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  if (groups.absent || numbers.absent) return html`<p class="empty">The OpenAPI document has no groups or numbers.</p>`;
  return html`<${Search} id="find" label="Find a group or number" onInput=${setText} />
    ${data && html`
      <p class="quiet" role="status">${data.text ? `Found: ${plural(data.groups.total, "group")}, ${plural(data.found.total, "number")}.` : `${plural(groups.total, "group")}, ${plural(numbers.total, "number")}.${data.groups.total > SHOWN ? ` The first ${SHOWN} groups are shown; find others by name.` : ""}`}</p>
      <ul class="groups">
        ${data.groups.entries.map((group) => html`<${Group} key=${group.id} group=${group} size=${data.groups.counts[group.id].extension} client=${data.clients.find((one) => one.id === group.client_id)} open=${opened.has(group.id)} toggle=${() => toggle(group.id)} />`)}
        ${!data.text && html`<${Loose} size=${data.loose} open=${opened.has(null)} toggle=${() => toggle(null)} />`}
      </ul>
      ${data.found?.total > 0 && html`<h3>Numbers found</h3><${Numbers} found=${data.found} />`}
      <details class="make"><summary>New group</summary><${NewGroup} clients=${data.clients} /></details>`}`;
}

function Group({ group, size, client, open, toggle }) {
  const { id, name, client_id: owner } = group;
  const path = `client/${owner}/extension_group/${id}`;
  const change = async (method, body) => api(await keeper(owner), path, method, body);
  return html`<li id="group-${id}">
    <${Fold} id="group-${id}" open=${open} onToggle=${toggle} summary=${html`<b><${Named} text=${name} /></b> <span class="quiet">id ${id}, <${Named} text=${client?.name ?? owner} /></span> <span class="count">${plural(size, "number")}</span>`}>
      <${Members} query=${{ owner: "extension_group", owner_id: id }} />
      <div class="forms">
        <${Form} label="Rename" about=${`group ${id}`} request=${(fields) => change("PUT", fields)} said=${(_, fields) => `The group was renamed to ${fields.name}.`} shows=${() => `group-${id}`}>
          <${Field} id="group-name-${id}" label="Name" name="name" defaultValue=${name} required maxlength="255" /><//>
        <${Form} label="Add number" about=${`to group ${id}`} clears request=${async (fields) => api(await keeper(owner), `client/${owner}/extension/`, "POST", { ...fields, extension_group_id: id })} said=${(made) => `Number ${made.name} was created.`} shows=${(made) => `number-${made.id}`}>
          <${Field} id="new-number-${id}" label="New number" name="name" required inputmode="numeric" placeholder="600" /><//>
        <${Ask} label="Delete group" about=${`${id}`} kind="danger" title=${`Delete group ${name}?`}>${(close) => html`
          <p>Its numbers are kept, in no group. Users of the group are deleted with it.</p>
          <${Form} label="Delete" about=${`group ${id}`} button="main" kind="answer" request=${() => change("DELETE")} said=${() => `Group ${name} was deleted.`} after=${close} />`}<//>
      </div>
    <//></li>`;
}

const Loose = ({ size, open, toggle }) => html`<li id="loose-numbers">
  <${Fold} id="loose" open=${open} onToggle=${toggle} summary=${html`<b>In no group</b> <span class="count">${plural(size, "number")}</span>`}><${Members} query=${{ owner: "extension_group" }} /><//></li>`;

function Members({ query }) {
  const [found, more] = useGrowing((limit) => numbersOf({ ...query, limit }), SHOWN);
  return found && html`<${Numbers} found=${found} />${more}`;
}

const Numbers = ({ found }) => html`<${Rows} items=${found.entries} empty="No numbers.">${(one) => html`<${NumberRow} key=${one.id} number=${one} counts=${found.counts[one.id]} />`}<//>`;

function NewGroup({ clients }) {
  const create = async ({ client, name }) => api(await keeper(client), `client/${client}/extension_group/`, "POST", { name });
  return html`<${Form} label="Create group" clears request=${create} said=${({ name }) => `Group ${name} was created.`} shows=${({ id }) => `group-${id}`}>
    <${Field} id="new-group" label="Name" name="name" required maxlength="255" />
    <${Field} id="new-group-client" label="Client" name="client" options=${clients.map((one) => [one.id, one.name])} />
  <//>`;
}
