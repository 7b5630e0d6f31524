import type { Extension } from "../../client/api";

/** The number as it is dialled: `300` of `000*300`. */
export function bareNumber(number: Extension): string {
  return number.name.slice(number.name.indexOf("*") + 1);
}

/** The number and its label. */
export function nameOf(number: Extension): string {
  return [bareNumber(number), number.label].filter(Boolean).join(" ");
}
