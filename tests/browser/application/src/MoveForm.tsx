import { useId, useState } from "preact/hooks";

import { useDesk } from "./desk";

interface Properties {
  title: string;
  label: string;
  /** Value and text of each choice. */
  choices: [string, string][];
  button: string;
  onMove: (choice: string) => Promise<boolean>;
}

export function MoveForm({ title, label, choices, button, onMove }: Properties) {
  const refused = useDesk().refusal("move numbers");
  const [choice, setChoice] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [field, reason] = [useId(), useId()];

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setIsBusy(true);
    if (await onMove(choice)) {
      setChoice("");
    }
    setIsBusy(false);
  }

  return (
    <form class="card line" onSubmit={submit}>
      <fieldset disabled={refused !== null || isBusy} aria-describedby={reason}>
        <legend>{title}</legend>
        <div class="pair">
          <label for={field}>{label}</label>
          <select
            id={field}
            value={choice}
            onChange={(event) => setChoice(event.currentTarget.value)}
            required
          >
            <option value="">Choose</option>
            {choices.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </div>
        <button type="submit">{button}</button>
      </fieldset>
      <p id={reason} class="refusal">
        {refused}
      </p>
    </form>
  );
}
