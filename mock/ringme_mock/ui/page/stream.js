// The journal as a stream: existing requests first, then new ones.
import { useEffect, useRef, useState } from "../vendor/htm/standalone.module.js";
import { address, control, parse, pathOf, read } from "./client.js";

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
  const held = useRef({ turn: 0, shown: 0, loading: 0, unread: 0, waiting: [] }).current;
  held.filter = filter;

  const load = async () => {
    const turn = ++held.turn;
    // Requests that arrive meanwhile may be missing in the response.
    held.waiting = [];
    const query = queryOf(held.filter, { limit: MOST_ROWS });
    const [found, counted] = await Promise.all([read(control(`journal?${query}`)), read(control("journal/count", "POST", {}))]);
    if (turn < held.shown) return;
    held.shown = turn;
    setRows(found.reverse());
    setDropped(counted.dropped);
  };
  const reload = async () => {
    held.loading += 1;
    await load().catch((error) => tell(error.message, { bad: true }));
    held.loading -= 1;
    gather();
  };
  // Reading them again would cost the mock as much as the requests themselves.
  const gather = () => {
    if (held.loading || held.filter.paused) return;
    const fresh = held.waiting.splice(0).filter((entry) => fits(entry, held.filter)).reverse();
    held.unread += fresh.length;
    setRows((before) => [...fresh.filter((one) => one.number > (before[0]?.number ?? 0)), ...before].slice(0, MOST_ROWS));
  };
  const reloadLive = () => { if (!held.filter.paused) reload(); };
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
      // Anything may have changed, for example after a restart of the mock.
      if (held.wasAway) changed();
    });
    source.addEventListener("error", () => { setLive(false); held.wasAway = true; });
    source.addEventListener("delivery", changeLater);
    source.addEventListener("request", ({ data }) => {
      const entry = parse(data);
      held.waiting = [...held.waiting.slice(1 - MOST_ROWS), entry];
      soon("rows", gather, GATHER_MS);
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

/** Tells whether an entry fits the filter, as the control interface does. */
function fits(entry, { text, verdict }) {
  const parts = [entry.method, pathOf(entry), entry.operation, entry.login, entry.status, entry.reason, entry.fault];
  const shown = parts.filter((part) => part !== null).join(" ").toLowerCase();
  return (!verdict || entry.verdict === verdict) && shown.includes(text.toLowerCase());
}
