/** All pages of a list, one after the other: what an export needs. */

/** A page as the SDK tells it; `nextPageToken` is empty on the last. */
export interface PageLike<Row> {
  readonly items: readonly Row[];
  readonly nextPageToken: string;
}

/** Ask for the page of a token; "" is the first. */
export type FetchPage<Row> = (pageToken: string, signal?: AbortSignal) => Promise<PageLike<Row>>;

export interface Collected<Row> {
  readonly rows: readonly Row[];
  /** Whether the limit left rows out. */
  readonly isCut: boolean;
}

/**
 * Collect the rows of all pages, at most `limit`, telling how many there are after each page.
 *
 * Rejects with what a page was refused with, or with the signal's reason when it is aborted.
 */
export async function collectPages<Row>(
  fetchPage: FetchPage<Row>,
  options: { limit: number; signal?: AbortSignal; onProgress?: (count: number) => void },
): Promise<Collected<Row>> {
  const rows: Row[] = [];
  let token = "";
  do {
    options.signal?.throwIfAborted();
    const page = await fetchPage(token, options.signal);
    rows.push(...page.items);
    token = page.nextPageToken;
    options.onProgress?.(Math.min(rows.length, options.limit));
  } while (token !== "" && rows.length < options.limit);
  return { rows: rows.slice(0, options.limit), isCut: token !== "" || rows.length > options.limit };
}
