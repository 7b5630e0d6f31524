// Sessions: independent states, each at its own URL.
import { html } from "../vendor/htm/standalone.module.js";
import { address, control } from "./client.js";
import { Act, Field, Rows, plural } from "./controls.js";
import { useDesk } from "./desk.js";
import { NAME } from "./state.js";

const SHOWN = 50;

/** The URL of another session's page, relative to this one, so that it also works behind a proxy. */
function pageOf(name, current) {
  const here = new URL(address(""));
  const root = here.pathname.endsWith(`/s/${current}/`) ? here.pathname.slice(0, -`s/${current}/`.length) : here.pathname;
  return name === "default" ? root : `${root}s/${encodeURIComponent(name)}/`;
}

export function Sessions() {
  const { sessions, session } = useDesk();
  const open = (event) => {
    event.preventDefault();
    location.assign(pageOf(new FormData(event.target).get("name").trim(), session.name));
  };
  return html`<${Rows} items=${sessions.slice(0, SHOWN)}>${(one) => html`<li class="row" key=${one.name} id="session-${one.name}">
        <div class="who"><a href=${pageOf(one.name, session.name)} aria-current=${one.current ? "page" : undefined}>${one.name}</a>
          <div class="quiet">${one.current && "current session, "}${plural(one.requests, "request")} in the journal</div></div>
        ${!one.current && one.name !== "default" && html`<${Act} label="End" about=${`session ${one.name}`} request=${() => control(`sessions/${one.name}`, "DELETE")} said=${() => `Session ${one.name} has ended.`} />`}
      </li>`}<//>
    ${sessions.length > SHOWN && html`<p class="quiet">The first ${SHOWN} of ${sessions.length}.</p>`}
    <form class="line" onSubmit=${open}>
      <${Field} id="session-name" label="Open a session by its name" name="name" required maxlength="64" pattern=${NAME} title="Letters, digits, dots, hyphens and underscores" />
      <button>Open</button>
    </form>`;
}
