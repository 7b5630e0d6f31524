import { Failure } from "../../client/failure";
import type { Trouble } from "./actions";

interface Properties {
  trouble: Trouble | null;
  onRetry: (trouble: Trouble) => void;
  onDismiss: () => void;
}

/** Shows errors. Always present, since a screen reader only follows a region that it knows. */
export function Banner({ trouble, onRetry, onDismiss }: Properties) {
  const text = trouble === null ? null : describe(trouble);
  return (
    <div class="banner" role="alert">
      {trouble !== null && text !== null && (
        <div class="trouble">
          <div>
            <strong>{text.title}</strong>
            <p>{text.detail}</p>
          </div>
          <div class="buttons">
            {text.canRetry && (
              <button type="button" onClick={() => onRetry(trouble)}>
                Try again
              </button>
            )}
            <button type="button" class="plain" onClick={onDismiss}>
              Dismiss
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

interface Text {
  title: string;
  detail: string;
  canRetry: boolean;
}

function describe({ action, cause }: Trouble): Text {
  const title = `Could not ${action.purpose}`;
  if (!(cause instanceof Failure)) {
    return { title, detail: "There was no answer from the server, or none that can be read.", canRetry: true };
  }
  if (cause.status === 403) {
    const what = action.right ?? action.purpose;
    return { title: `You are not allowed to ${what}`, detail: `${cause.message}.`, canRetry: false };
  }
  if (cause.status === 429) {
    const seconds = cause.resetSeconds ?? 0;
    const detail = `${cause.message}. The server takes more in ${seconds} seconds.`;
    return { title, detail, canRetry: true };
  }
  return { title, detail: cause.message, canRetry: cause.status >= 500 };
}
