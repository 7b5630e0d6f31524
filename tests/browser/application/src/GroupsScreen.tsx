import { useId, useState } from "preact/hooks";

import { useDesk, useLoaded } from "./desk";
import { Heading } from "./Heading";
import { lastDays } from "./days";
import { Pager } from "./Pager";
import { createGroup, listGroups } from "./requests";
import { addressOf, go, type Route } from "./route";

export function GroupsScreen({ page }: { page: number }) {
  const { api } = useDesk();
  const groups = useLoaded("list the groups", () => listGroups(api, page), [page]);
  return (
    <>
      <Heading text="Groups" />
      <NewGroup />
      {groups?.length === 0 && <p class="quiet">There are no groups here.</p>}
      {groups !== null && groups.length > 0 && (
        <ul class="rows" aria-label="Groups">
          {groups.map((group) => (
            <li key={group.id}>
              <a href={addressOf(groupRoute(group.id))}>{group.name}</a>
              <span class="quiet">{group.id}</span>
            </li>
          ))}
        </ul>
      )}
      <Pager
        what="groups"
        page={page}
        count={groups?.length ?? 0}
        addressOf={(other) => addressOf({ screen: "groups", page: other })}
      />
    </>
  );
}

function NewGroup() {
  const { api, perform, refusal, announce } = useDesk();
  const [name, setName] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [field, reason] = [useId(), useId()];
  const refused = refusal("create groups");

  async function create(event: SubmitEvent) {
    event.preventDefault();
    setIsBusy(true);
    const run = async () => {
      const group = await createGroup(api, name);
      announce(`Group ${group.name} was created.`);
      go(groupRoute(group.id));
    };
    await perform({ purpose: "create the group", right: "create groups", run });
    setIsBusy(false);
  }

  return (
    <form class="card line" onSubmit={create}>
      <fieldset disabled={refused !== null || isBusy} aria-describedby={reason}>
        <legend>New group</legend>
        <div class="pair">
          <label for={field}>Name</label>
          <input
            id={field}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            maxLength={255}
            autocomplete="off"
            required
          />
        </div>
        <button type="submit">Create</button>
      </fieldset>
      <p id={reason} class="refusal">
        {refused}
      </p>
    </form>
  );
}

function groupRoute(id: number): Route {
  return { screen: "group", id, days: lastDays(), page: 1 };
}
