// The journal as it comes in: the latest requests that fit a filter, read again when there are new ones.
import { useEffect, useRef, useState } from "../vendor/htm/standalone.module.js";
import { address, control, parse, read } from "./client.js";

export const MOST_ROWS = 200;
// Many requests at once become one change of the page.
const GATHER_MS = 200;
const CHANGES_MS = 1000;
const NEWS_MS = 10_000;

/** Follows the journal with a filter that can be changed: {rows, filter, setFilter, live, dropped, news, reload}. */
export function useStream(changed, requests, tell) {
  const [rows, setRows] = useState([]);
  const [filter, setFilter] = useState({ text: "", verdict: "", paused: false });
  const [live, setLive] = useState(false);
  const [dropped, setDropped] = useState(0);
  const [news, setNews] = useState("");
  const held = useRef({ turn: 0, unread: 0 }).current;
  held.filter = filter;

  const load = async () => {
    const turn = ++held.turn;
    const query = queryOf(held.filter, { limit: MOST_ROWS });
    const [found, counted] = await Promise.all([read(control(`journal?${query}`)), read(control("journal/count", "POST", {}))]);
    if (turn !== held.turn) return;
    setRows(found.reverse());
    setDropped(counted.dropped);
  };
  const reload = () => load().catch((error) => tell(error.message, { bad: true }));
  const reloadLive = () => held.filter.paused || reload();
  useEffect(reloadLive, [filter.text, filter.verdict, filter.paused]);
  // A reset has emptied it.
  useEffect(() => { if (requests < rows.length) reload(); }, [requests]);

  useEffect(() => {
    const source = new EventSource(address("__mock__/journal/stream"));
    const waiting = {};
    const soon = (name, use, pause) => {
      waiting[name] ||= setTimeout(() => { waiting[name] = 0; use(); }, pause);
    };
    const changeLater = () => soon("change", changed, CHANGES_MS);
    source.addEventListener("open", () => {
      setLive(true);
      reloadLive();
      // All may be different now, of a mock that was started again, too.
      if (held.wasAway) changed();
    });
    source.addEventListener("error", () => { setLive(false); held.wasAway = true; });
    source.addEventListener("delivery", changeLater);
    source.addEventListener("request", ({ data }) => {
      const entry = parse(data);
      held.unread += 1;
      soon("rows", reloadLive, GATHER_MS);
      if (entry.method !== "GET" && entry.status < 400) changeLater();
    });
    // Every row by itself would drown a screen reader.
    const telling = setInterval(() => {
      if (held.unread) setNews(`${held.unread} new requests in the journal`);
      held.unread = 0;
    }, NEWS_MS);
    return () => { source.close(); clearInterval(telling); };
  }, []);
  return { rows, filter, setFilter, live, dropped, news, reload };
}

/** The query of the control interface for a filter. */
export function queryOf({ text, verdict }, more = {}) {
  return new URLSearchParams({ ...(text && { text }), ...(verdict && { verdict }), ...more });
}
