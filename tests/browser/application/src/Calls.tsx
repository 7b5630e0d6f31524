import { useId, useState } from "preact/hooks";

import type { CallRecord } from "../../client/api";
import { useDesk, useLoaded } from "./desk";
import type { Days } from "./days";
import { Pager } from "./Pager";
import { Player } from "./Player";
import { listCalls, type CallSource } from "./requests";
import { addressOf, go } from "./route";

interface Properties {
  source: CallSource;
  /** The group whose recordings are listed; null lists those of the client. */
  recordingsOf: number | null;
  days: Days;
  page: number;
}

export function Calls({ source, recordingsOf, days, page }: Properties) {
  const { api } = useDesk();
  const [asked, setAsked] = useState(0);
  const calls = useLoaded("list the calls", () => listCalls(api, source, days, page), [
    source.screen,
    source.id,
    days.from,
    days.to,
    page,
    asked,
  ]);

  function show(chosen: Days) {
    if (chosen.from === days.from && chosen.to === days.to && page === 1) {
      setAsked((former) => former + 1);
    } else {
      go({ ...source, days: chosen, page: 1 });
    }
  }

  return (
    <section>
      <h2>Calls</h2>
      <DaysForm days={days} onShow={show} />
      {calls?.length === 0 && <p class="quiet">No calls were recorded on these days.</p>}
      <ul class="rows calls" aria-label="Calls">
        {(calls ?? []).map((record) => (
          <CallRow key={record.record_uuid} record={record} recordingsOf={recordingsOf} />
        ))}
      </ul>
      <Pager
        what="calls"
        page={page}
        count={calls?.length ?? 0}
        addressOf={(other) => addressOf({ ...source, days, page: other })}
      />
    </section>
  );
}

function DaysForm({ days, onShow }: { days: Days; onShow: (days: Days) => void }) {
  const [from, to] = [useId(), useId()];

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    onShow({ from: String(form.get("from")), to: String(form.get("to")) });
  }

  return (
    <form class="card line" key={`${days.from} ${days.to}`} onSubmit={submit}>
      <fieldset>
        <legend>Days, in UTC</legend>
        <div class="pair">
          <label for={from}>From</label>
          <input id={from} name="from" type="date" defaultValue={days.from} required />
        </div>
        <div class="pair">
          <label for={to}>To</label>
          <input id={to} name="to" type="date" defaultValue={days.to} required />
        </div>
        <button type="submit">Show</button>
      </fieldset>
    </form>
  );
}

function CallRow({ record, recordingsOf }: { record: CallRecord; recordingsOf: number | null }) {
  const number = record.extension_name.replace(/^.*\*|@.*$/g, "");
  const other = record.flow === "in" ? record.from_screen_name : record.dest_number;
  return (
    <li>
      <time>{record.init_time_gmt}</time>
      <span>
        {record.flow === "in" ? `${other} called ${number}` : `${number} called ${other}`}
      </span>
      <span class="quiet">
        {record.result}, {lengthOf(record.duration)}
      </span>
      <Player record={record} recordingsOf={recordingsOf} />
    </li>
  );
}

function lengthOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
