import { useConnection } from "@exchange/sdk/react";
import { formatClock } from "@/lib/time";
import { cn } from "@/ui/cn";
import { Tooltip } from "@/ui/tooltip";

const WORDS = {
  connecting: { text: "Connecting", dot: "bg-warn", tone: "text-warn" },
  live: { text: "Live", dot: "bg-buy", tone: "text-muted" },
  reconnecting: { text: "Reconnecting", dot: "bg-warn animate-pulse", tone: "text-warn" },
  stopped: { text: "Disconnected", dot: "bg-sell", tone: "text-sell" },
} as const;

/** The state of the page's stream and how long a call takes there and back; always in sight. */
export function ConnectionStatus({ compact = false }: { compact?: boolean }) {
  const { status, roundTripMs, since } = useConnection();
  const { text, dot, tone } = WORDS[status];
  const roundTrip = status === "live" && roundTripMs !== undefined ? `${Math.round(roundTripMs)} ms` : undefined;
  return (
    <Tooltip
      content={
        <>
          {text} since {formatClock(since)}
          {roundTrip ? `; a call takes ${roundTrip} there and back.` : "."}
        </>
      }
    >
      <button
        type="button"
        data-testid="connection"
        data-status={status}
        className={cn("inline-flex h-8 items-center gap-2 rounded-md px-2 text-xs hover:bg-hover", tone)}
      >
        <span aria-hidden className={cn("size-2 rounded-full", dot)} />
        <span role="status" className={compact && status === "live" ? "sr-only" : undefined}>
          {text}
        </span>
        {roundTrip ? (
          <span className="min-w-10 whitespace-nowrap text-right text-faint tabular-nums">{roundTrip}</span>
        ) : null}
      </button>
    </Tooltip>
  );
}
