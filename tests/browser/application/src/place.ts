import type { Place } from "../../client/api";

/** The place in the URL of the page: `?api=URL&session=NAME`. */
export function placeOf(query: string): Place {
  const given = new URLSearchParams(query);
  return { url: given.get("api") ?? "http://127.0.0.1:8080", session: given.get("session") };
}
