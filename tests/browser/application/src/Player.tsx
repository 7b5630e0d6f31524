import { useEffect, useRef, useState } from "preact/hooks";

import type { CallRecord } from "../../client/api";
import { useDesk } from "./desk";
import { readRecordingUrl } from "./requests";

/** Fetches the URL of the recording only when the user wants to hear it. */
export function Player({ record, recordingsOf }: { record: CallRecord; recordingsOf: number | null }) {
  const { api, perform } = useDesk();
  const [url, setUrl] = useState<string | null>(null);
  const player = useRef<HTMLAudioElement>(null);
  useEffect(() => player.current?.focus(), [url]);

  function listen() {
    const run = async () => setUrl(await readRecordingUrl(api, recordingsOf, record.record_uuid));
    void perform({ purpose: "play the recording", run });
  }

  const label = `Recording of ${record.init_time_gmt}`;
  if (url !== null) {
    return <audio ref={player} src={url} aria-label={label} controls autoplay preload="metadata" />;
  }
  return (
    <button type="button" class="plain" aria-label={`Listen: ${label}`} onClick={listen}>
      Listen
    </button>
  );
}
