import { useState } from "preact/hooks";

import { Failure } from "../../client/failure";
import type { Application, TokenKeeper } from "../../client/tokens";

interface Properties {
  keeper: TokenKeeper;
  /** The required login, for a user who was already logged in. */
  login?: string;
  application?: Application;
  onDone: () => void;
}

// The application of the mock that lets people log in.
const USUAL_APPLICATION = {
  id: "c1200000000000000000000000000003",
  secret: "c0ffee03c0ffee03c0ffee03c0ffee03",
};

export function LoginForm({ keeper, login, application, onDone }: Properties) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function logIn(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? "");
    setIsBusy(true);
    setProblem(null);
    try {
      await keeper.login({
        login: login ?? field("login"),
        password: field("password"),
        application: application ?? { id: field("application"), secret: field("secret") },
      });
      onDone();
    } catch (cause) {
      const isAnswer = cause instanceof Failure;
      setProblem(isAnswer ? cause.message : "The server cannot be reached.");
      setIsBusy(false);
    }
  }

  return (
    <form class="login" onSubmit={logIn}>
      {login === undefined && (
        <label>
          Login
          <input name="login" autocomplete="username" autocapitalize="none" required autofocus />
        </label>
      )}
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      {login === undefined && (
        <details>
          <summary>Application</summary>
          <label>
            Id
            <input name="application" defaultValue={USUAL_APPLICATION.id} spellcheck={false} required />
          </label>
          <label>
            Secret
            <input name="secret" type="password" defaultValue={USUAL_APPLICATION.secret} required />
          </label>
        </details>
      )}
      <p class="problem" role="alert">
        {problem}
      </p>
      <button type="submit" disabled={isBusy}>
        Log in
      </button>
    </form>
  );
}
