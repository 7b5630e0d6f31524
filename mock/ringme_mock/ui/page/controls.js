// Buttons and forms that carry out requests, and small parts that all panels use.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/htm/standalone.module.js";
import { address, read } from "./client.js";
import { useDesk } from "./desk.js";
import { curlOf } from "./snippets.js";

/** A text from anybody: it keeps its writing direction to itself, and shows its control characters. */
export const Named = ({ text }) => html`<bdi>${visible(`${text ?? ""}`)}</bdi>`;
export const visible = (text) =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (one) => (one === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + one.charCodeAt(0))));
export const Badge = ({ text, kind = "" }) => html`<span class="badge ${kind}">${text}</span>`;
export const Unseen = ({ text }) => html`<span class="unseen"> ${text}</span>`;
export const Wrong = ({ text }) => text && html`<p class="wrong" role="alert">Not done. ${visible(text)}</p>`;
export const plural = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** A button that copies a text. */
export function Copy({ text, about, label = "Copy", kind = "" }) {
  const { tell } = useDesk();
  return html`<button type="button" class="small ${kind}" onClick=${() => copy(text(), tell)}>${label}<${Unseen} text=${about} /></button>`;
}

/** Carries out requests: `run` with what to say of it, or to copy instead; `wrong` is what was refused. */
function useRun({ request, said, shows, after }) {
  const { tell, changed, session } = useDesk();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const tried = async (use) => {
    setWrong("");
    try {
      await use();
      return true;
    } catch (error) {
      setWrong(error.message);
      return false;
    }
  };
  const run = async (fields) => {
    if (busy) return false;
    setBusy(true);
    const done = await tried(async () => {
      const asked = await request(fields);
      const found = await read(asked);
      tell(said(found, fields), { request: asked });
      await after?.(found, fields);
      changed(shows?.(found, fields));
    });
    setBusy(false);
    return done;
  };
  const show = (fields) => tried(async () => copy(curlOf(await request(fields), session.url), tell));
  return { run, show, wrong, busy };
}

/** A button that carries out a request, with one beside it that copies the request as a command. */
export function Act({ label, about = "", kind = "", disabled = false, pressed, help, ...rest }) {
  const { run, show, wrong, busy } = useRun({ said: () => `${label}: done.`, ...rest });
  const role = pressed === undefined ? {} : { role: "switch", "aria-checked": `${pressed}`, "aria-describedby": help };
  return html`<span class="act">
    <span class="pair">
      <button type="button" class=${kind} disabled=${disabled} aria-busy=${busy} onClick=${() => run()} ...${role}>${label}${about && html`<${Unseen} text=${about} />`}</button>
      ${!disabled && html`<${AsCurl} about=${`${label} ${about}`} show=${() => show()} />`}
    </span>
    <${Wrong} text=${wrong} />
  </span>`;
}

/** A form whose fields make up a request; it is empty again once that has succeeded, if `clears`. */
export function Form({ label, about = "", kind = "line", clears = false, main = false, children, ...rest }) {
  const { run, show, wrong, busy } = useRun({ said: () => `${label}: done.`, ...rest });
  const form = useRef();
  const fields = () => Object.fromEntries([...new FormData(form.current)].map(([name, value]) => [name, value.trim()]));
  const submit = async (event) => {
    event.preventDefault();
    if ((await run(fields())) && clears) form.current?.reset();
  };
  return html`<form ref=${form} class=${kind} onSubmit=${submit}>
    ${children}
    <span class="pair">
      <button class=${main ? "main" : ""} aria-busy=${busy}>${label}${about && html`<${Unseen} text=${about} />`}</button>
      <${AsCurl} about=${`${label} ${about}`} show=${() => form.current.reportValidity() && show(fields())} />
    </span>
    <${Wrong} text=${wrong} />
  </form>`;
}

/** A button that opens a question before something is lost, in a dialog that holds its answer. */
export function Ask({ label, about = "", title, kind = "", children }) {
  const dialog = useRef();
  const [open, setOpen] = useState(false);
  const close = () => dialog.current?.close();
  useLayoutEffect(() => dialog.current?.showModal(), [open]);
  return html`<button type="button" class=${kind} onClick=${() => setOpen(true)}>${label}${about && html`<${Unseen} text=${about} />`}</button>
    ${open && html`<dialog ref=${dialog} aria-labelledby="question" onClose=${() => setOpen(false)}>
      <h2 id="question">${visible(title)}</h2>
      ${children(close)}
      <button type="button" class="cancel" onClick=${close}>Cancel</button>
    </dialog>`}`;
}

/** A field for a search, whose text counts once nobody has typed for a moment. */
export function Search({ label, id, value, onInput }) {
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = ({ target }) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(onInput, 250, target.value.trim());
  };
  return html`<div class="field grow"><label for=${id}>${label}</label>
    <input id=${id} type="search" autocomplete="off" maxlength="200" defaultValue=${value} onInput=${later} /></div>`;
}

export const Field = ({ label, id, note = "", children, ...rest }) => html`<div class="field">
  <label for=${id}>${label}${note && html` <span class="quiet">${note}</span>`}</label>
  ${children ?? html`<input id=${id} autocomplete="off" ...${rest} />`}
</div>`;

/** A row whose details open below it. */
export function Fold({ open, onToggle, id, summary, children }) {
  return html`<div class="fold">
    <button type="button" class="opener" aria-expanded=${`${open}`} aria-controls=${open ? `${id}-inside` : undefined} onClick=${onToggle}>${summary}</button>
    ${open && html`<div class="inside" id="${id}-inside">${children}</div>`}
  </div>`;
}

/** A link that saves what a path of the mock has. */
export function Download({ label, path }) {
  return html`<span class="pair"><a class="button" href=${address(path)} download>${label}</a><${AsCurl} about=${label} request=${() => ({ path, saves: true })} /></span>`;
}

export async function copy(text, tell) {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    // Not every address may use the clipboard.
    prompt("Copy it with Ctrl+C", text);
  }
}

/** The small button beside another one, which copies its request as a command; `show` does so by itself. */
export function AsCurl({ about, request, show }) {
  const { session, tell } = useDesk();
  const use = show ?? (async () => copy(curlOf(await request(), session.url), tell));
  return html`<button type="button" class="curl" title="Copy as curl" onClick=${use}><span aria-hidden="true">$_</span><${Unseen} text=${`Copy as curl: ${about}`} /></button>`;
}
