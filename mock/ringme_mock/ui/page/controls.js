// Buttons and forms that carry out requests, and small parts that all panels use.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/htm/standalone.module.js";
import { address, read } from "./client.js";
import { useData, useDesk } from "./desk.js";
import { curlOf } from "./snippets.js";

/** Text from any source: isolates its writing direction, and makes control characters visible. */
export const Named = ({ text }) => html`<bdi>${visible(`${text ?? ""}`)}</bdi>`;
export const visible = (text) =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (one) => (one === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + one.charCodeAt(0))));
export const Badge = ({ text, kind = "" }) => html`<span class="badge ${kind}">${text}</span>`;
export const Unseen = ({ text }) => text && html`<span class="unseen"> ${text}</span>`;
export const plural = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** A list with the result of `children` for each item; `empty` is the text if there are no items. */
export const Rows = ({ items, kind = "rows", empty, children }) =>
  items.length ? html`<ul class=${kind}>${items.map(children)}</ul>` : empty && html`<p class="empty">${empty}</p>`;

/** A button that copies a text. */
export function Copy({ text, about, label = "Copy" }) {
  const { tell } = useDesk();
  return html`<button type="button" class="small" onClick=${() => copy(text(), tell)}>${label}<${Unseen} text=${about} /></button>`;
}

/**
 * A form whose fields make up a request, beside a button that copies the request as a command.
 * `said` returns the message about the result, `shows` the id of the changed element; `clears` empties the fields afterwards.
 */
export function Form({ label, about = "", kind = "line", button = "", role = {}, clears = false, children, request, said = () => `${label}: done.`, shows, after }) {
  const { tell, changed, session } = useDesk();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef();
  const attempt = async (use) => {
    const fields = Object.fromEntries([...new FormData(form.current)].map(([name, value]) => [name, value.trim()]));
    setWrong("");
    try {
      await use(await request(fields), fields);
    } catch (error) {
      setWrong(error.message);
    }
  };
  const carryOut = async (asked, fields) => {
    const found = await read(asked);
    tell(said(found, fields), { request: asked });
    await after?.(found, fields);
    changed(shows?.(found, fields));
    if (clears) form.current?.reset();
  };
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    await attempt(carryOut);
    setBusy(false);
  };
  const show = () => form.current.reportValidity() && attempt((asked) => copy(curlOf(asked, session.url), tell));
  return html`<form ref=${form} class=${kind} onSubmit=${submit}>
    ${children}
    <span class="pair">
      <button class=${button} aria-busy=${busy} ...${role}>${label}<${Unseen} text=${about} /></button>
      <${AsCurl} about=${`${label} ${about}`} show=${show} />
    </span>
    ${wrong && html`<p class="wrong" role="alert">Failed: ${visible(wrong)}</p>`}
  </form>`;
}

/** A button that carries out a request. */
export const Act = (rest) => html`<${Form} kind="act" ...${rest} />`;

/** A button that opens a confirmation dialog before something is lost. */
export function Ask({ label, about = "", title, kind = "", children }) {
  const dialog = useRef();
  const [open, setOpen] = useState(false);
  const close = () => dialog.current?.close();
  useLayoutEffect(() => dialog.current?.showModal(), [open]);
  return html`<button type="button" class=${kind} onClick=${() => setOpen(true)}>${label}<${Unseen} text=${about} /></button>
    ${open && html`<dialog ref=${dialog} aria-labelledby="question" onClose=${() => setOpen(false)}>
      <h2 id="question">${visible(title)}</h2>
      ${children(close)}
      <button type="button" class="cancel" onClick=${close}>Cancel</button>
    </dialog>`}`;
}

/** A field with its label: an input, or a select with `options`, each a value and its text. */
export const Field = ({ label, id, note = "", kind = "", options, chosen, ...rest }) => html`<div class="field ${kind}">
  <label for=${id}>${label}${note && html` <span class="quiet">${note}</span>`}</label>
  ${options
    ? html`<select id=${id} ...${rest}>${options.map(([value, text]) => html`<option value=${value} selected=${value === chosen}>${text}</option>`)}</select>`
    : html`<input id=${id} autocomplete="off" ...${rest} />`}
</div>`;

/** A search field, which reports its text after a short pause in typing. */
export function Search({ onInput, ...rest }) {
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = ({ target }) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(onInput, 250, target.value.trim());
  };
  return html`<${Field} kind="grow" type="search" maxlength="200" onInput=${later} ...${rest} />`;
}

/** A row whose details open below it. */
export function Fold({ open, onToggle, id, summary, children }) {
  return html`<div class="fold">
    <button type="button" class="opener" aria-expanded=${`${open}`} aria-controls=${open ? `${id}-inside` : undefined} onClick=${onToggle}>${summary}</button>
    ${open && html`<div class="inside" id="${id}-inside">${children}</div>`}
  </div>`;
}

/** The entries that `load` gets, `step` of them at first, with a button for more. */
export function useGrowing(load, step) {
  const [limit, setLimit] = useState(step);
  const { changes } = useDesk();
  const found = useData(() => load(limit), [limit, changes]);
  const rest = found ? found.total - found.entries.length : 0;
  const more = rest > 0 && html`<button type="button" class="small" onClick=${() => setLimit(Math.min(1000, limit * 5))}>${rest} more</button>`;
  return [found, more];
}

/** A link that downloads the response of a path of the mock. */
export function Download({ label, path }) {
  return html`<span class="pair"><a class="button" href=${address(path)} download>${label}</a><${AsCurl} about=${label} request=${() => ({ path, saves: true })} /></span>`;
}

export async function copy(text, tell) {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    // The clipboard is only available on secure origins.
    prompt("Copy it with Ctrl+C", text);
  }
}

/** A small button that copies the request of the button beside it as a curl command; `show` replaces that action. */
export function AsCurl({ about, request, show }) {
  const { session, tell } = useDesk();
  const use = show ?? (async () => copy(curlOf(await request(), session.url), tell));
  return html`<button type="button" class="curl" title="Copy as curl" onClick=${use}><span aria-hidden="true">$_</span><${Unseen} text=${`Copy as curl: ${about}`} /></button>`;
}
