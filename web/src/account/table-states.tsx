import { PermissionDenied } from "@exchange/sdk";
import type { ReactNode } from "react";
import { useUiStore } from "@/app/ui-store";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { EmptyState, Skeleton, Spinner } from "@/ui/feedback";
import type { Paged } from "./use-paged";

/** What stands in a table without rows: that it loads, what went wrong, or that there is nothing. */
export function NoRows({ list, children }: { list: Paged<unknown>; children: ReactNode }) {
  if (list.error) {
    return <LoadError error={list.error} onRetry={list.retry} />;
  }
  if (list.isLoading || !list.isComplete) {
    return <LoadingRows />;
  }
  return <>{children}</>;
}

/** What stands under a table's last row. */
export function MoreRows({ list }: { list: Paged<unknown> }) {
  if (list.error) {
    return <LoadError error={list.error} onRetry={list.retry} />;
  }
  if (!list.isLoadingMore) {
    return null;
  }
  return (
    <div className="flex justify-center p-2 text-muted">
      <Spinner label="Loading more" size={14} />
    </div>
  );
}

/** Why something could not be shown, and a way to try again where that may help. */
export function LoadError({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const openSignIn = useUiStore((state) => state.setSignInOpen);
  const lacksScope = error instanceof PermissionDenied;
  return (
    <EmptyState title={lacksScope ? "Your API key may not see this" : "This could not be loaded"}>
      <p role="alert" className="text-faint">
        {errorText(error)}
      </p>
      {lacksScope && (
        <div>
          <Button size="sm" onClick={() => openSignIn(true)}>
            Sign in with another key
          </Button>
        </div>
      )}
      {onRetry && !lacksScope && (
        <div>
          <Button size="sm" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </EmptyState>
  );
}

const BARS = ["w-11/12", "w-10/12", "w-9/12"];

export function LoadingRows() {
  return (
    <div role="status" className="grid gap-3 p-3">
      <span className="sr-only">Loading</span>
      {BARS.map((width) => (
        <Skeleton key={width} className={`h-3 ${width}`} />
      ))}
    </div>
  );
}
