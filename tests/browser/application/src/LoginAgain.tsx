import { useEffect, useId, useRef } from "preact/hooks";

import type { TokenKeeper } from "../../client/tokens";
import { LoginForm } from "./LoginForm";

interface Properties {
  keeper: TokenKeeper;
  onDone: () => void;
  onSignOut: () => void;
}

/** Covers the page, which keeps its content, until the user has logged in again. */
export function LoginAgain({ keeper, onDone, onSignOut }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const tokens = keeper.tokens;
  if (tokens === null) {
    return null;
  }
  return (
    <dialog ref={dialog} aria-labelledby={title} onCancel={(event) => event.preventDefault()}>
      <h2 id={title}>Log in again</h2>
      <p>
        The session of <strong>{tokens.login}</strong> has ended. What you were doing goes on after
        the login.
      </p>
      <LoginForm
        keeper={keeper}
        login={tokens.login}
        application={tokens.application}
        onDone={onDone}
      />
      <button type="button" class="plain" onClick={onSignOut}>
        Sign out
      </button>
    </dialog>
  );
}
