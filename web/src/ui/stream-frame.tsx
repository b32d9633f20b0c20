import type { ReactNode } from "react";
import { cn } from "./cn";

/** How fresh what a stream shows is. */
export type StreamStatus = "connecting" | "live" | "reconnecting" | "stale";

const WORDS: Record<Exclude<StreamStatus, "live">, string> = {
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  stale: "Out of date",
};

type StreamFrameProps = { status: StreamStatus; children: ReactNode; className?: string };

/** Greys out what is not live, and says so above it. */
export function StreamFrame({ status, children, className }: StreamFrameProps) {
  const isLive = status === "live";
  return (
    <div className={cn("relative flex min-h-0 flex-1 flex-col", className)} data-status={status}>
      <div className={cn("flex min-h-0 flex-1 flex-col", !isLive && status !== "connecting" && "stale")}>
        {children}
      </div>
      <div role="status" className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
        {isLive ? null : (
          <span className="rounded-full border border-line bg-raised px-2.5 py-0.5 text-2xs text-warn shadow-md">
            {WORDS[status]}
          </span>
        )}
      </div>
    </div>
  );
}
