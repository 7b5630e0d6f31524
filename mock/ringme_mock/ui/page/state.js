// The session as a whole: clock, reset, snapshots, export and import.
import { html, useEffect, useState } from "../vendor/htm/standalone.module.js";
import { control, read } from "./client.js";
import { Act, Ask, Download, Field, Form, Named, Rows } from "./controls.js";
import { useData, useDesk } from "./desk.js";

export const NAME = "[A-Za-z0-9_\\-][A-Za-z0-9._\\-]*";
const HOUR = 3600;

export function State() {
  const { clock, session, changes, setTokens } = useDesk();
  const snapshots = useData(() => read(control("snapshots")), [changes]);
  const advance = (seconds) => ({ request: () => control("clock/advance", "POST", { seconds }), said: ({ now }) => `The clock is at ${now} UTC: older tokens have expired, limits were reset.`, shows: () => "panel-clock" });
  return html`<h3>Clock</h3>
    <p class="quiet">Tokens, limits, calls in progress and new entries use this time.</p>
    <p id="panel-clock" class="big"><${Clock} /></p>
    <div class="buttons">
      <${Act} label="Clock forward 1 hour" ...${advance(HOUR)} />
      <${Act} label="1 day" about="forward" ...${advance(24 * HOUR)} />
      <${Act} label=${clock.frozen ? "Unfreeze the clock" : "Freeze the clock"} request=${() => control("clock", "PUT", { frozen: !clock.frozen })}
        said=${({ now, frozen }) => (frozen ? `The clock is frozen at ${now} UTC.` : `The clock runs again from ${now} UTC.`)} shows=${() => "panel-clock"} />
    </div>
    <${Form} label="Set" about="the clock" request=${({ now }) => control("clock", "PUT", { now })} said=${({ now }) => `The clock is at ${now} UTC.`} shows=${() => "panel-clock"}>
      <${Field} id="clock-now" label="Set it to" name="now" required placeholder="2016-04-21 12:00:00" />
    <//>
    <h3>Snapshots</h3>
    <p class="quiet">A snapshot saves the entries and the clock under a name, so that you can load them later.</p>
    ${snapshots && html`<${Rows} items=${snapshots} empty="No snapshots yet.">${(name) => html`<${Snapshot} key=${name} name=${name} />`}<//>`}
    <${Form} label="Save" about="a snapshot" clears request=${({ name }) => control(`snapshots/${encodeURIComponent(name)}`, "PUT")} said=${(_, { name }) => `Snapshot ${name} was saved.`} shows=${(_, { name }) => `snapshot-${name}`}>
      <${Field} id="snapshot-name" label="Name of a new snapshot" name="name" required maxlength="64" pattern=${NAME} title="Letters, digits, dots, hyphens and underscores" />
    <//>
    <h3>Whole session</h3>
    <div class="buttons">
      <${Ask} label="Reset…" kind="danger" title="Reset this session?">${(close) => html`
        <p>All that was created, changed and deleted in session ${session.name} is lost, with its faults and its journal. Snapshots stay.</p>
        <${Form} label="Reset" button="main" kind="answer" request=${({ tokens }) => control("reset", "POST", { keep: tokens ? ["tokens"] : [] })} after=${(_, { tokens }) => { if (!tokens) setTokens({}); close(); }}
          said=${(_, { tokens }) => `The session was reset to the fixtures. ${tokens ? "Tokens were kept." : "All tokens are invalid now."}`}>
          <label class="check"><input type="checkbox" name="tokens" value="1" checked /> Keep the tokens, so that applications stay logged in</label>
        <//>`}<//>
      <${Download} label="Export as fixtures" path="__mock__/state?format=zip" />
    </div>`;
}

function Snapshot({ name }) {
  return html`<li class="row" id="snapshot-${name}"><div class="who"><${Named} text=${name} /></div>
    <div class="buttons">
      <${Act} label="Load" about=${`snapshot ${name}`} request=${() => control(`snapshots/${name}/load`, "POST")} said=${() => `Snapshot ${name} was loaded.`} shows=${() => `snapshot-${name}`} />
      <${Act} label="Delete" about=${`snapshot ${name}`} request=${() => control(`snapshots/${name}`, "DELETE")} said=${() => `Snapshot ${name} was deleted.`} />
    </div></li>`;
}

/** The time of the session, which is advanced locally between two requests. */
export function Clock() {
  const { clock } = useDesk();
  const [now, setNow] = useState(clock.now);
  useEffect(() => {
    setNow(clock.now);
    const ahead = Date.parse(`${clock.now.replace(" ", "T")}Z`) - Date.now();
    const tick = () => setNow(new Date(Date.now() + ahead).toISOString().slice(0, 19).replace("T", " "));
    const ticking = clock.frozen ? 0 : setInterval(tick, 1000);
    return () => clearInterval(ticking);
  }, [clock]);
  return html`<time>${now}</time> UTC${clock.frozen && ", frozen"}`;
}
