import { useState } from "preact/hooks";

import type { Api, CurrentUser, Extension } from "../../client/api";
import { Calls } from "./Calls";
import { useDesk, useLoaded } from "./desk";
import type { Days } from "./days";
import { Heading } from "./Heading";
import { MoveForm } from "./MoveForm";
import { nameOf } from "./number";
import { listGroups, listMembers, moveNumber, readNumber } from "./requests";
import { addressOf } from "./route";

interface Properties {
  screen: "number";
  id: number;
  days: Days;
  page: number;
}

const NO_GROUP = "none";

export function NumberScreen({ screen, id, days, page }: Properties) {
  const { api, user, seesClient, perform, announce } = useDesk();
  const [moves, setMoves] = useState(0);
  const number = useLoaded("read the number", () => findNumber(api, user, id), [id, moves]);
  const groups = useLoaded("list the groups", async () => (seesClient ? listGroups(api, null) : []), [
    id,
  ]);
  const owner = number?.extension_group_id ?? null;
  const ownerName = groups?.find((group) => group.id === owner)?.name ?? `group ${owner}`;

  function move(into: number | null) {
    const run = async () => {
      const moved = await moveNumber(api, id, into);
      announce(`${nameOf(moved)} was moved.`);
      setMoves((former) => former + 1);
    };
    return perform({ purpose: "move the number", right: "move numbers", run });
  }

  return (
    <>
      <Heading text={number ? nameOf(number) : "Number"} note={`${id}`} />
      {number !== null && (
        <p>
          {owner === null ? (
            "In no group."
          ) : (
            <>
              In <a href={addressOf({ screen: "group", id: owner, days, page: 1 })}>{ownerName}</a>.
            </>
          )}
        </p>
      )}
      {seesClient && (
        <MoveForm
          title="Move this number"
          label="Group"
          choices={[
            [NO_GROUP, "No group"],
            ...(groups ?? []).map((group): [string, string] => [
              String(group.id),
              `${group.name} (${group.id})`,
            ]),
          ]}
          button="Move"
          onMove={(choice) => move(choice === NO_GROUP ? null : Number(choice))}
        />
      )}
      <Calls
        source={{ screen, id }}
        recordingsOf={seesClient ? null : user.extension_group_id}
        days={days}
        page={page}
      />
    </>
  );
}

/** The number, as far as the user may see it: a user of one number sees only its calls. */
async function findNumber(api: Api, user: CurrentUser, id: number): Promise<Extension | null> {
  if (user.client_id !== null) {
    return readNumber(api, id);
  }
  if (user.extension_group_id !== null) {
    const members = await listMembers(api, user.extension_group_id);
    return members.find((member) => member.id === id) ?? null;
  }
  return null;
}
