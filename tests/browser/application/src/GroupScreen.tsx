import { useState } from "preact/hooks";

import type { Extension } from "../../client/api";
import { Calls } from "./Calls";
import { useDesk, useLoaded } from "./desk";
import type { Days } from "./days";
import { Heading } from "./Heading";
import { MoveForm } from "./MoveForm";
import { bareNumber, nameOf } from "./number";
import { listMembers, listNumbers, moveNumber, readGroup } from "./requests";
import { addressOf } from "./route";

interface Properties {
  screen: "group";
  id: number;
  days: Days;
  page: number;
}

export function GroupScreen({ screen, id, days, page }: Properties) {
  const { api, seesClient, perform, refusal, announce } = useDesk();
  const [moves, setMoves] = useState(0);
  const group = useLoaded("read the group", async () => (seesClient ? readGroup(api, id) : null), [
    id,
  ]);
  const members = useLoaded("list the members", () => listMembers(api, id), [id, moves]);
  const numbers = useLoaded("list the numbers", async () => (seesClient ? listNumbers(api) : []), [
    id,
    moves,
  ]);
  const others = (numbers ?? []).filter((number) => number.extension_group_id !== id);

  function move(number: Extension, into: number | null) {
    const run = async () => {
      await moveNumber(api, number.id, into);
      announce(`${nameOf(number)} was moved ${into === null ? "out" : "in"}.`);
      setMoves((former) => former + 1);
    };
    return perform({ purpose: "move the number", right: "move numbers", run });
  }

  return (
    <>
      <Heading text={group?.name ?? (seesClient ? "Group" : "Your group")} note={`${id}`} />
      <section>
        <h2>Members</h2>
        {members?.length === 0 && <p class="quiet">No number is in this group.</p>}
        <ul class="rows" aria-label="Members">
          {(members ?? []).map((number) => (
            <li key={number.id}>
              <a href={addressOf({ screen: "number", id: number.id, days, page: 1 })}>
                {nameOf(number)}
              </a>
              <span class="chip">{number.type}</span>
              {number.status === "blocked" && <span class="chip">blocked</span>}
              <button
                type="button"
                class="plain"
                disabled={refusal("move numbers") !== null}
                aria-label={`Take out ${bareNumber(number)}`}
                onClick={() => void move(number, null)}
              >
                Take out
              </button>
            </li>
          ))}
        </ul>
        {seesClient ? (
          <MoveForm
            title="Move a number into this group"
            label="Number"
            choices={others.map((number) => [String(number.id), choiceOf(number)])}
            button="Move in"
            onMove={async (choice) => {
              const number = others.find((one) => String(one.id) === choice);
              return number !== undefined && move(number, id);
            }}
          />
        ) : (
          <p class="refusal">{refusal("move numbers")}</p>
        )}
      </section>
      <Calls
        key={moves}
        source={{ screen, id }}
        recordingsOf={id}
        days={days}
        page={page}
      />
    </>
  );
}

function choiceOf(number: Extension): string {
  const owner = number.extension_group_id;
  return `${nameOf(number)} (${owner === null ? "in no group" : `in group ${owner}`})`;
}
