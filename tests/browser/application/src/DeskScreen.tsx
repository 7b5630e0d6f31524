import { useEffect, useState } from "preact/hooks";

import type { Api, CurrentUser } from "../../client/api";
import { useActions } from "./actions";
import { Banner } from "./Banner";
import { DeskContext, type Desk } from "./desk";
import { GroupScreen } from "./GroupScreen";
import { GroupsScreen } from "./GroupsScreen";
import { lastDays } from "./days";
import { NumberScreen } from "./NumberScreen";
import { readUser } from "./requests";
import { addressOf, useRoute, type Route } from "./route";

const NEWS_STAYS = 8000;

interface Properties {
  api: Api;
  session: string | null;
  login: string;
  onSignOut: () => void;
}

/** The view of a user who is logged in: the head of the page, and the screen for its URL. */
export function DeskScreen({ api, session, login, onSignOut }: Properties) {
  const { perform, trouble, dismiss, refusal } = useActions();
  const [user, setUser] = useState<CurrentUser | null>(null);
  const [news, setNews] = useState("");
  const route = useRoute();

  useEffect(() => {
    const run = async () => setUser(await readUser(api));
    void perform({ purpose: "read who you are", run });
  }, []);
  useEffect(dismiss, [addressOf(route)]);
  useEffect(() => {
    const timer = setTimeout(() => setNews(""), NEWS_STAYS);
    return () => clearTimeout(timer);
  }, [news]);

  const desk: Desk | null = user && {
    api,
    user,
    seesClient: user.client_id !== null,
    perform,
    refusal,
    announce: setNews,
  };
  return (
    <>
      <header>
        <a class="brand" href="#/">
          Groups of numbers
        </a>
        <span class="who">
          {login}
          {user?.access === "read_only" && <span class="chip">read only</span>}
          {session !== null && <span class="chip">{session}</span>}
        </span>
        <button type="button" class="plain" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <Banner trouble={trouble} onRetry={({ action }) => void perform(action)} onDismiss={dismiss} />
      <main>
        {desk && (
          <DeskContext.Provider value={desk}>
            <Screen route={startOf(route, desk.user)} />
          </DeskContext.Provider>
        )}
      </main>
      <p class="news" role="status">
        {news !== "" && trouble === null && <span>{news}</span>}
      </p>
    </>
  );
}

function Screen({ route }: { route: Exclude<Route, { screen: "home" }> }) {
  switch (route.screen) {
    case "groups":
      return <GroupsScreen page={route.page} />;
    case "group":
      return <GroupScreen key={route.id} {...route} screen="group" />;
    case "number":
      return <NumberScreen key={route.id} {...route} screen="number" />;
  }
}

/** A user of one group or one number starts there, without access to anything else. */
function startOf(route: Route, user: CurrentUser): Exclude<Route, { screen: "home" }> {
  if (route.screen !== "home") {
    return route;
  }
  const place = { days: lastDays(), page: 1 };
  if (user.extension_group_id !== null) {
    return { screen: "group", id: user.extension_group_id, ...place };
  }
  if (user.extension_id !== null) {
    return { screen: "number", id: user.extension_id, ...place };
  }
  return { screen: "groups", page: 1 };
}
