// Users by client, with tokens that are ready to copy, and applications.
import { html, useState } from "../vendor/htm/standalone.module.js";
import { control, list } from "./client.js";
import { Act, Badge, Copy, Named, Rows, Search, visible } from "./controls.js";
import { useData, useDesk } from "./desk.js";

const SHOWN = 50;

async function load(text) {
  const [users, ...rest] = await Promise.all([
    list("user", { text, properties: "login", limit: SHOWN }),
    ...["client", "application", "user"].map((name) => list(name, { limit: 1000 })),
  ]);
  const [clients, applications, owners] = rest.map((one) => one.entries);
  const clientOf = Object.fromEntries(owners.map((one) => [one.id, one.client_id]));
  const groups = [...Map.groupBy(users.entries, (one) => one.client_id)].map(([id, members]) => ({
    id, members, client: clients.find((one) => one.id === id), applications: applications.filter((one) => clientOf[one.user_id] === id),
  }));
  return { groups, total: users.total, shown: users.entries.length };
}

export function Users() {
  const [text, setText] = useState("");
  const { changes } = useDesk();
  const found = useData(() => load(text), [text, changes]);
  return html`<${Search} id="find-login" label="Find a login" onInput=${setText} />
    ${found && html`
      ${found.groups.map((one) => html`<${Client} key=${one.id} ...${one} />`)}
      ${found.shown === 0 && html`<p class="empty">${text ? "No login contains this text." : "There are no users."}</p>`}
      ${found.shown < found.total && html`<p class="quiet">The first ${found.shown} of ${found.total}. Find others by login.</p>`}`}`;
}

function Client({ id, client, members, applications }) {
  return html`<h3><${Named} text=${client?.name ?? "No client"} /> <span class="quiet">client ${id}</span> ${client?.status === "blocked" && html`<${Badge} text="blocked" kind="bad" />`}</h3>
    <${Rows} items=${members}>${(user) => html`<${User} key=${user.id} user=${user} />`}<//>
    ${applications.length > 0 && html`<details class="applications"><summary>Applications <span class="quiet">${applications.length}</span></summary>
      <${Rows} items=${applications}>${(one) => html`<li key=${one.client_id}><b><${Named} text=${one.name} /></b> <span class="quiet">${one.type}, access ${one.access}</span>
        ${["client_id", "client_secret"].map((key) => html`<div><span class="quiet">${key}</span> <code>${one[key]}</code></div>`)}</li>`}<//></details>`}`;
}

function User({ user }) {
  const { tokens, setTokens, clock, session } = useDesk();
  const { login } = user;
  const isBlocked = user.status === "blocked";
  const made = tokens[login];
  const token = made && made.until > clock.now ? made.token : "";
  const keep = (found) => {
    const until = new Date(Date.parse(`${clock.now.replace(" ", "T")}Z`) + found.expires_in * 1000);
    setTokens((before) => ({ ...before, [login]: { token: found.access_token, until: until.toISOString().slice(0, 19).replace("T", " ") } }));
  };
  const forget = () => setTokens(({ [login]: _, ...others }) => others);
  const sees = { client: "the whole client", extension_group: `group ${user.extension_group_id}`, extension: `number ${user.extension_id}` }[user.type] ?? user.type;
  const next = isBlocked ? "active" : "blocked";
  return html`<li id="user-${user.id}">
    <div class="row">
      <div class="who">
        <b><${Named} text=${login} /></b> ${user.access === "read_only" && html`<${Badge} text="read only" />`} ${isBlocked && html`<${Badge} text="blocked" kind="bad" />`}
        <div class="quiet">${sees}, password <code>${visible(user.password)}</code></div>
      </div>
      <div class="buttons">
        <${Act} label="Token" about=${`for ${login}`} request=${() => control("tokens", "POST", { login })} said=${() => `A token for ${login} is ready to copy. It is valid for an hour.`} after=${keep} shows=${() => `user-${user.id}`} />
        <${Act} label="Expire" about=${`the tokens of ${login}`} request=${() => control(`tokens/expire?${new URLSearchParams({ login })}`, "POST")} said=${({ count }) => `Expired tokens of ${login}: ${count}.`} after=${forget} />
        <${Act} label=${isBlocked ? "Unblock" : "Block"} about=${login} request=${() => control(`users/${encodeURIComponent(login)}`, "PUT", { status: next })}
          said=${() => (isBlocked ? `${login} may log in again.` : `${login} is blocked: its requests, also those for tokens, get 403 user_blocked.`)} shows=${() => `user-${user.id}`} />
      </div>
    </div>
    ${token && html`<div class="made">${Object.entries({ token, curl: `curl -H 'Authorization: Bearer ${token}' '${session.url}/api/ver1.0/user/'` }).map(
      ([kind, text]) => html`<p key=${kind}><code id="${kind}-${user.id}">${text}</code> <${Copy} text=${() => text} about=${`the ${kind === "curl" ? "curl line" : kind} of ${login}`} /></p>`,
    )}</div>`}
  </li>`;
}
