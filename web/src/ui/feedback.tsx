import { LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

/** What stands where there is nothing to show; says what to do about it. */
export function EmptyState({
  title,
  children,
  className,
}: {
  title: string;
  children?: ReactNode;
  className?: string;
}) {
  return (
    <div
      className={cn("grid h-full min-h-24 place-content-center gap-2 p-6 text-center text-muted text-xs", className)}
    >
      <p>{title}</p>
      {children}
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded bg-raised", className)} />;
}

export function Spinner({ label = "Loading", size = 16 }: { label?: string; size?: number }) {
  return (
    <span role="status" className="inline-flex">
      <LoaderCircle size={size} className="animate-spin" aria-hidden />
      <span className="sr-only">{label}</span>
    </span>
  );
}

type BadgeTone = "neutral" | "buy" | "sell" | "warn" | "accent";

const TONES: Record<BadgeTone, string> = {
  neutral: "bg-raised text-muted",
  buy: "bg-buy-soft text-buy",
  sell: "bg-sell-soft text-sell",
  warn: "bg-warn-soft text-warn",
  accent: "bg-accent-fill/15 text-accent",
};

export function Badge({ tone = "neutral", children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span className={cn("inline-flex items-center rounded px-1.5 py-px font-medium text-2xs", TONES[tone])}>
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded border border-line-strong bg-raised px-1 font-sans text-2xs text-muted leading-4">
      {children}
    </kbd>
  );
}
