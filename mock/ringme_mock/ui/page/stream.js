// The journal as it comes in: what there was, then what is new.
import { useEffect, useRef, useState } from "../vendor/htm/standalone.module.js";
import { address, control, parse, read } from "./client.js";

export const MOST_ROWS = 200;
// Many requests at once become one change of the page.
const GATHER_MS = 200;
const CHANGES_MS = 1000;
const NEWS_MS = 10_000;

/** Follows the journal with a filter that can be changed: {rows, filter, setFilter, live, kept, news}. */
export function useStream(changed, requests, tell) {
  const [rows, setRows] = useState([]);
  const [filter, setFilter] = useState({ text: "", verdict: "", paused: false });
  const [live, setLive] = useState(false);
  const [kept, setKept] = useState({ count: 0, dropped: 0 });
  const [news, setNews] = useState("");
  const held = useRef({ waiting: [], unread: 0 }).current;
  held.filter = filter;

  const load = async () => {
    const query = new URLSearchParams({ limit: MOST_ROWS });
    for (const name of ["text", "verdict"]) if (held.filter[name]) query.set(name, held.filter[name]);
    const [found, counted] = await Promise.all([read(control(`journal?${query}`)), read(control("journal/count", "POST", {}))]);
    held.waiting = [];
    setRows(found.reverse());
    setKept(counted);
  };
  const reload = () => load().catch((error) => tell(error.message, { bad: true }));

  useEffect(() => {
    if (!filter.paused) reload();
  }, [filter.text, filter.verdict, filter.paused]);

  // A reset has emptied it.
  useEffect(() => {
    if (requests < rows.length) reload();
  }, [requests]);

  useEffect(() => {
    const source = new EventSource(address("__mock__/journal/stream"));
    let gathering = 0;
    let pending = 0;
    const changeLater = () => {
      pending ||= setTimeout(() => { pending = 0; changed(); }, CHANGES_MS);
    };
    const gather = () => {
      gathering = 0;
      if (held.filter.paused) return;
      const fresh = held.waiting.splice(0).filter((entry) => fits(entry, held.filter)).reverse();
      held.unread += fresh.length;
      setKept((before) => ({ ...before, count: before.count + fresh.length }));
      setRows((before) => {
        const first = before[0]?.number ?? 0;
        return [...fresh.filter((one) => one.number > first), ...before].slice(0, MOST_ROWS);
      });
    };
    source.addEventListener("open", () => {
      setLive(true);
      if (!held.filter.paused) reload();
      // All may be different now, of a mock that was started again, too.
      if (held.wasAway) changed();
    });
    source.addEventListener("error", () => { setLive(false); held.wasAway = true; });
    source.addEventListener("delivery", changeLater);
    source.addEventListener("request", ({ data }) => {
      const entry = parse(data);
      held.waiting = [...held.waiting.slice(1 - MOST_ROWS), entry];
      gathering ||= setTimeout(gather, GATHER_MS);
      if (entry.method !== "GET" && entry.status < 400) changeLater();
    });
    // Every row by itself would drown a screen reader.
    const telling = setInterval(() => {
      if (held.unread) setNews(`${held.unread} new requests in the journal`);
      held.unread = 0;
    }, NEWS_MS);
    return () => { source.close(); clearInterval(telling); };
  }, []);
  return { rows, filter, setFilter, live, kept, news, reload };
}

/** Tells whether an entry fits the filter, as the control interface does. */
function fits(entry, { text, verdict }) {
  if (verdict && entry.verdict !== verdict) return false;
  const parts = [entry.method, pathOf(entry), entry.operation, entry.login, entry.status, entry.reason, entry.fault];
  return parts.filter((part) => part !== null).join(" ").toLowerCase().includes(text.toLowerCase());
}

export function pathOf({ path, query }) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => `${name}=${one}`));
  return pairs.length ? `${path}?${pairs.join("&")}` : path;
}
