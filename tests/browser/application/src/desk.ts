import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import type { Api, CurrentUser } from "../../client/api";
import type { Action, Right } from "./actions";

/** What every screen works with. */
export interface Desk {
  api: Api;
  user: CurrentUser;
  /** Whether the user's client section is open, and not just one group or number. */
  seesClient: boolean;
  /** Carries an action out, and shows what goes wrong. Gives whether it succeeded. */
  perform(action: Action): Promise<boolean>;
  /** Why the user lacks a right, if that has shown. */
  refusal(right: Right): string | null;
  /** Tells of something that was done. */
  announce(news: string): void;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) {
    throw new Error("there is no desk here");
  }
  return desk;
}

/** Data of the API that a screen shows, loaded anew when a dependency changes; null at first. */
export function useLoaded<Data>(
  purpose: string,
  load: () => Promise<Data>,
  dependencies: readonly unknown[],
): Data | null {
  const { perform } = useDesk();
  const [data, setData] = useState<Data | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const run = async () => {
      const loaded = await load();
      if (isCurrent) {
        setData(loaded);
      }
    };
    void perform({ purpose, run });
    return () => {
      isCurrent = false;
    };
  }, dependencies);
  return data;
}
