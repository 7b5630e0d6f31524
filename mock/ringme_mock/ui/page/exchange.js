// An exchange of HTTP: a line, and what it opens.
import { html, useState } from "../vendor/htm/standalone.module.js";
import { Named, visible } from "./controls.js";

const TEXT_SHOWN = 8000;

/** A line with facts below it, which opens `children`. */
export function Exchange({ id, verdict, method, path, status, time, facts, milliseconds, children }) {
  const [open, setOpen] = useState(false);
  return html`<li class="entry ${verdict}" id=${id}>
    <details open=${open} onToggle=${({ target }) => setOpen(target.open)}>
      <summary>
        <b class="method">${method}</b> <bdi class="path">${visible(path)}</bdi> <b class="status">${status}</b>
        <span class="under"><time datetime=${time}>${time.slice(11, 23)}</time> ${facts.filter(Boolean).map((one) => html`<${Named} text=${one} /> `)}<span>${milliseconds.toFixed(1)} ms</span></span>
      </summary>
      ${open && html`<div class="exchange">${children}</div>`}
    </details>
  </li>`;
}

export const Reason = ({ title, text, word }) =>
  text && html`<p class="reason"><b>${title}</b> <${Named} text=${text} /> ${word && html`<code>${visible(word)}</code>`}</p>`;

/** A text of the exchange in a box that scrolls; `none` is shown if there is no text. */
export function Text({ about, text, kind = "", none }) {
  if (!text) return none && html`<p class="quiet">${none}</p>`;
  const shown = text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}\n…` : text;
  return html`<pre class=${kind} tabindex="0" role="region" aria-label=${about}><bdi>${visible(shown)}</bdi></pre>`;
}
