import { useEffect, useState } from "preact/hooks";

import type { Connection, Place } from "../../client/api";
import { DeskScreen } from "./DeskScreen";
import { LoginAgain } from "./LoginAgain";
import { LoginForm } from "./LoginForm";
import type { LoginQuestion } from "./question";
import { go } from "./route";

interface Properties {
  place: Place;
  connection: Connection;
  question: LoginQuestion;
}

export function App({ place, connection: { api, keeper }, question }: Properties) {
  const [login, setLogin] = useState(keeper.tokens?.login ?? null);
  const [isAsked, setIsAsked] = useState(false);
  useEffect(() => {
    question.onChange = setIsAsked;
  }, [question]);

  function signOut() {
    keeper.forget();
    question.refuse();
    go({ screen: "home" });
    setLogin(null);
  }

  if (login === null) {
    return (
      <main class="door">
        <h1>Groups of numbers</h1>
        <LoginForm keeper={keeper} onDone={() => setLogin(keeper.tokens?.login ?? null)} />
        <p class="quiet">
          {place.url}
          {place.session !== null && `, session ${place.session}`}
        </p>
      </main>
    );
  }
  return (
    <>
      <DeskScreen key={login} api={api} session={place.session} login={login} onSignOut={signOut} />
      {isAsked && (
        <LoginAgain keeper={keeper} onDone={() => question.answer()} onSignOut={signOut} />
      )}
    </>
  );
}
