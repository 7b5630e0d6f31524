import { useEffect, useState } from "preact/hooks";

import { lastDays, type Days } from "./days";

/** The screen of the page, from the part of its URL after the `#`. */
export type Route =
  | { screen: "home" }
  | { screen: "groups"; page: number }
  | { screen: "group" | "number"; id: number; days: Days; page: number };

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return readRoute(hash);
}

export function go(route: Route): void {
  location.hash = addressOf(route);
}

export function addressOf(route: Route): string {
  if (route.screen === "home") {
    return "#/";
  }
  const query = new URLSearchParams();
  if (route.page > 1) {
    query.set("page", String(route.page));
  }
  if (route.screen === "groups") {
    return `#/groups?${query}`;
  }
  query.set("from", route.days.from);
  query.set("to", route.days.to);
  return `#/${route.screen}/${route.id}?${query}`;
}

export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?");
  const query = new URLSearchParams(search);
  const page = Number(query.get("page") ?? 1) || 1;
  const [, screen, id] = path.split("/");
  if (screen === "groups") {
    return { screen, page };
  }
  if ((screen === "group" || screen === "number") && Number(id) > 0) {
    const usual = lastDays();
    const days = { from: query.get("from") ?? usual.from, to: query.get("to") ?? usual.to };
    return { screen, id: Number(id), days, page };
  }
  return { screen: "home" };
}
