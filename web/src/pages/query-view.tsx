import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { LoadError, LoadingRows } from "@/account/table-states";

/** What a query told; meanwhile that it loads, or why it could not. What is known stays while it is asked again. */
export function QueryView<Data>({
  query,
  className,
  children,
}: {
  query: UseQueryResult<Data, Error>;
  /** The height that is kept free while it loads. */
  className?: string;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) {
    return <div className={query.isError ? "stale" : undefined}>{children(query.data)}</div>;
  }
  return (
    <div className={className}>
      {query.isError ? <LoadError error={query.error} onRetry={() => void query.refetch()} /> : <LoadingRows />}
    </div>
  );
}
