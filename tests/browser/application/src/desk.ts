import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import type { Api, CurrentUser } from "../../client/api";
import type { Action, Right } from "./actions";

/** Data and functions for all screens. */
export interface Desk {
  api: Api;
  user: CurrentUser;
  /** True if the user has access to the whole client, not only to one group or number. */
  seesClient: boolean;
  /** Carries out an action and shows errors. Returns true if it succeeded. */
  perform(action: Action): Promise<boolean>;
  /** The reason why the user lacks a right, if known. */
  refusal(right: Right): string | null;
  /** Shows that an action was completed. */
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

/** Data of the API that a screen shows, loaded again when a dependency changes; null at first. */
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
