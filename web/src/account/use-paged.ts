import { Unavailable } from "@exchange/sdk";
import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { FetchPage } from "./collect-pages";

/** A list that comes in pages, as far as it was loaded. */
export interface Paged<Row> {
  readonly rows: readonly Row[];
  /** Whether the first page is still on its way. */
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  /** Whether the last page is here. */
  readonly isComplete: boolean;
  /** What the last request was refused with; what was loaded before stays. */
  readonly error: Error | null;
  readonly loadMore: () => void;
  readonly retry: () => void;
}

/** A history that cannot be reached (it starts after the exchange, and may be away) or is behind is asked again. */
const ASK_AGAIN_MS = 1500;

/**
 * Load a list page by page: the first one now, the others when `loadMore` is called.
 *
 * While `isBehind` says of the rows that something must come that is not there, they are asked for again.
 */
export function usePaged<Row>(
  queryKey: QueryKey,
  fetchPage: FetchPage<Row>,
  isBehind: (rows: readonly Row[]) => boolean = () => false,
): Paged<Row> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextPageToken || undefined,
    refetchInterval: ({ state: { data, error } }) => {
      const waits = error === null ? data !== undefined && isBehind(rowsOf(data.pages)) : error instanceof Unavailable;
      return waits && ASK_AGAIN_MS;
    },
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage, refetch } = query;
  const loadMore = useCallback(() => {
    // After a failure only `retry` goes on, or a table's end in sight would ask without end.
    if (hasNextPage && !isFetching && !isError) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const retry = useCallback(() => {
    void (data === undefined ? refetch() : fetchNextPage());
  }, [data, refetch, fetchNextPage]);
  return {
    rows: useMemo(() => rowsOf(data?.pages ?? []), [data]),
    isLoading: query.isPending,
    isLoadingMore: query.isFetchingNextPage,
    isComplete: data !== undefined && !hasNextPage,
    error: query.error,
    loadMore,
    retry,
  };
}

function rowsOf<Row>(pages: readonly { readonly items: readonly Row[] }[]): readonly Row[] {
  return pages.flatMap((page) => page.items);
}
