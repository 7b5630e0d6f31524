import { useState } from "preact/hooks";

import { Failure } from "../../client/failure";
import { NotLoggedIn } from "./question";

/** What a user may or may not do, in the words of "not allowed to ...". */
export type Right = "create groups" | "move numbers";
const RIGHTS: readonly Right[] = ["create groups", "move numbers"];

export interface Action {
  /** In the words of "could not ...". */
  purpose: string;
  /** The required right, for an action that changes something. */
  right?: Right;
  run: () => Promise<void>;
}

/** An action that failed, and why. */
export interface Trouble {
  action: Action;
  cause: unknown;
}

/** Carries out actions, and remembers errors and missing rights. */
export function useActions() {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [refusals, setRefusals] = useState<ReadonlyMap<Right, string>>(new Map());

  async function perform(action: Action): Promise<boolean> {
    if (action.right !== undefined) {
      setTrouble(null);
    }
    try {
      await action.run();
    } catch (cause) {
      if (!(cause instanceof NotLoggedIn)) {
        setTrouble({ action, cause });
        if (!(cause instanceof Failure)) {
          console.warn(cause);
        }
        const lost = lostRights(action, cause);
        setRefusals((former) => new Map([...former, ...lost]));
      }
      return false;
    }
    // A list that loads must not remove the message of another one.
    setTrouble((former) => (former?.action.purpose === action.purpose ? null : former));
    return true;
  }

  return {
    perform,
    trouble,
    dismiss: () => setTrouble(null),
    refusal: (right: Right) => refusals.get(right) ?? null,
  };
}

/** The rights that a response has shown to be missing, each with the reason. */
function lostRights({ right }: Action, cause: unknown): [Right, string][] {
  if (!(cause instanceof Failure) || cause.status !== 403 || right === undefined) {
    return [];
  }
  // access_denied applies only to this entry; a read-only user cannot change anything.
  const lost = cause.kind === "access_denied" ? [right] : RIGHTS;
  return lost.map((one) => [one, `You are not allowed to ${one}: ${cause.message}.`]);
}
