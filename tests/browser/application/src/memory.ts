import type { Place } from "../../client/api";
import type { TokenMemory, Tokens } from "../../client/tokens";

/** Keeps the tokens of a place while the tab is open. */
export function tabMemory(place: Place): TokenMemory {
  const key = `tokens ${place.url} ${place.session ?? ""}`;
  return {
    read() {
      const kept = sessionStorage.getItem(key);
      return kept === null ? null : (JSON.parse(kept) as Tokens);
    },
    write(tokens) {
      if (tokens === null) {
        sessionStorage.removeItem(key);
      } else {
        sessionStorage.setItem(key, JSON.stringify(tokens));
      }
    },
  };
}
