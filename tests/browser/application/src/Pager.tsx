import { PAGE_SIZE } from "./requests";

interface Properties {
  what: string;
  page: number;
  /** How many entries this page has. */
  count: number;
  addressOf: (page: number) => string;
}

/** Links to the pages before and after. The API does not give the number of pages. */
export function Pager({ what, page, count, addressOf }: Properties) {
  const hasMore = count === PAGE_SIZE;
  if (page === 1 && !hasMore) {
    return null;
  }
  return (
    <nav class="pager" aria-label={`Pages of ${what}`}>
      {page > 1 ? <a href={addressOf(page - 1)}>Previous</a> : <span />}
      <span>Page {page}</span>
      {hasMore ? <a href={addressOf(page + 1)}>Next</a> : <span />}
    </nav>
  );
}
