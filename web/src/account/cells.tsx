/** What the cells of tables have in common. */
import type { Decimal, Order, Side } from "@exchange/sdk";
import type { ReactNode } from "react";
import { routeHref } from "@/app/router";
import { formatDecimal, NO_VALUE } from "@/lib/decimal";
import { formatDateTime } from "@/lib/time";
import { cn } from "@/ui/cn";
import { orderKind } from "./names";
import { shortTime } from "./short-time";

/** Buy or sell in its colour, and in words: colour alone tells nothing to some. */
export function SideText({ side }: { side: Side }) {
  return <span className={side === "BUY" ? "text-buy" : "text-sell"}>{side === "BUY" ? "Buy" : "Sell"}</span>;
}

/** An exact amount; a dash when there is none. */
export function Amount({ value, unit, className }: { value: Decimal | undefined; unit?: string; className?: string }) {
  if (value === undefined) {
    return <Dash />;
  }
  const text = formatDecimal(value);
  return (
    // Where there is no room the last digits go, never the first.
    <span title={text} className={cn("truncate", className)}>
      {text}
      {unit && <span className="ml-1 text-faint">{unit}</span>}
    </span>
  );
}

/** When something happened: in short, all of it on hover. */
export function Time({ value }: { value: Date }) {
  return (
    <time dateTime={value.toISOString()} title={formatDateTime(value)} className="text-muted">
      {shortTime(value, new Date())}
    </time>
  );
}

/** A change of money: coloured, and with its sign. */
export function SignedAmount({ value, text, className }: { value: Decimal; text: string; className?: string }) {
  return (
    <span className={cn(value.isZero() ? "text-muted" : value.gt(0) ? "text-buy" : "text-sell", className)}>
      {text}
    </span>
  );
}

/** Text that others chose, cut where the cell ends; all of it on hover. Markup in it is text like any other. */
export function CutText({ text, className }: { text: string; className?: string }) {
  if (text === "") {
    return <Dash />;
  }
  return (
    <span title={text} className={cn("truncate", className)}>
      {text}
    </span>
  );
}

export function Dash() {
  return <span className="text-faint">{NO_VALUE}</span>;
}

/** A market's name, which leads to where it is traded. */
export function MarketLink({ market }: { market: string }) {
  return (
    <a href={routeHref({ page: "trade", market })} className="truncate hover:text-accent hover:underline">
      {market}
    </a>
  );
}

interface RowCardProps {
  readonly left: readonly [ReactNode, ReactNode];
  readonly right: readonly [ReactNode, ReactNode];
  /** Buttons at the end. */
  readonly actions?: ReactNode;
}

/** A row as two lines, for a phone. */
export function RowCard({ left, right, actions }: RowCardProps) {
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3">
      <Lines lines={left} className="flex-1" />
      <Lines lines={right} className="items-end text-right" />
      {actions && <div className="-mr-1 flex shrink-0">{actions}</div>}
    </div>
  );
}

function Lines({ lines: [first, second], className }: { lines: readonly [ReactNode, ReactNode]; className: string }) {
  return (
    <div className={cn("flex min-w-0 flex-col gap-0.5", className)}>
      <div className="flex min-w-0 max-w-full items-center gap-1.5">{first}</div>
      <div className="flex min-w-0 max-w-full items-center gap-1.5 text-2xs text-faint">{second}</div>
    </div>
  );
}

/** Market, side and kind of an order in one line. */
export function OrderName({ order }: { order: Order }) {
  return (
    <>
      <MarketLink market={order.market} />
      <SideText side={order.side} />
      <span className="truncate text-muted">{orderKind(order)}</span>
    </>
  );
}
