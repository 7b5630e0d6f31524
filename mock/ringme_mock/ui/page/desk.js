// State that all parts of the page share: session, toasts, and changes.
import { createContext, useContext, useEffect, useState } from "../vendor/htm/standalone.module.js";
import { list, read, control } from "./client.js";

const TOAST_MS = 4000;
export const Desk = createContext();
export const useDesk = () => useContext(Desk);

/** Loads data when `inputs` change, and keeps the old until then; errors become a toast. */
export function useData(load, inputs, say) {
  const [data, setData] = useState();
  const tell = useDesk()?.tell ?? say;
  useEffect(() => {
    let isCurrent = true;
    load().then((found) => isCurrent && setData(found), (error) => isCurrent && tell(error.message, { bad: true }));
    return () => { isCurrent = false; };
  }, inputs);
  return data;
}

/** Toasts with the function that adds one; each is shown for four seconds, longer under the mouse or focus. */
export function useToasts() {
  const [toasts, setToasts] = useState([]);
  const remove = (id) => {
    if (document.querySelector(`#toast-${id}:is(:hover, :focus-within)`)) setTimeout(remove, TOAST_MS, id);
    else setToasts((before) => before.filter((one) => one.id !== id));
  };
  const tell = (text, more = {}) => {
    const id = crypto.getRandomValues(new Uint32Array(1))[0];
    setToasts((before) => [...before.filter((one) => one.text !== text).slice(-2), { id, text, ...more }]);
    setTimeout(remove, TOAST_MS, id);
  };
  return [toasts, tell];
}

/** The state of the session that head and tabs show. */
export async function overview() {
  const paths = ["sessions", "clock", "faults", "latency", "calls", "health"];
  const collections = ["user", "extension_group", "extension"];
  const [sessions, clock, faults, latency, calls, health, ...totals] = await Promise.all([
    ...paths.map((path) => read(control(path))),
    ...collections.map((name) => list(name, { limit: 1 })),
  ]);
  const session = sessions.find((one) => one.current);
  const [users, groups, numbers] = totals;
  return { sessions, session, clock, faults, latency, calls, version: health.version, users, groups, numbers };
}

/** The value of `get`, updated after each event of a target. */
export function useLive(target, event, get) {
  const [value, setValue] = useState(get);
  useEffect(() => {
    const follow = () => setValue(get());
    target.addEventListener(event, follow);
    return () => target.removeEventListener(event, follow);
  }, []);
  return value;
}

/** Moves the focus to the title of the section if a pressed button has disappeared. */
export function keepFocus() {
  let last = null;
  let section = null;
  document.addEventListener("focusin", ({ target }) => {
    last = target;
    section = target.closest("section")?.id;
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    document.querySelector(`#${section} h2`)?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}
