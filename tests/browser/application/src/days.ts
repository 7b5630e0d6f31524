/** Whole days in UTC, `YYYY-MM-DD`, both included. */
export interface Days {
  from: string;
  to: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** The last week, today included. */
export function lastDays(now = Date.now()): Days {
  return { from: dateOf(now - 6 * DAY), to: dateOf(now) };
}

/** The days as a range of the API. */
export function rangeOf(days: Days): { start_datetime: string; end_datetime: string } {
  return { start_datetime: `${days.from} 00:00:00`, end_datetime: `${days.to} 23:59:59` };
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
