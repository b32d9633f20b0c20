import type { Market } from "@exchange/sdk";
import type { ReactNode } from "react";
import { decimalsOf, formatDecimal } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import type { Preview } from "./use-preview";

type OrderEstimateProps = { market: Market; isBuy: boolean; preview: Preview };

/** What the exchange says an order would cost or bring, before it is sent. */
export function OrderEstimate({ market, isBuy, preview: { estimate, isStale } }: OrderEstimateProps) {
  const priceDecimals = decimalsOf(market.tickSize);
  return (
    <dl
      data-testid="estimate"
      aria-live="polite"
      className={cn("grid gap-1 text-xs transition-opacity", isStale && estimate && "opacity-60")}
    >
      <Line label={isBuy ? "Estimated cost" : "Estimated proceeds"}>
        {estimate
          ? `${formatDecimal(estimate.total.toDecimalPlaces(priceDecimals + 2))} ${market.quoteAsset}`
          : undefined}
      </Line>
      <Line label="Average price">
        {estimate?.averagePrice ? formatDecimal(estimate.averagePrice, { decimals: priceDecimals }) : undefined}
      </Line>
      <Line label="Fee">
        {estimate ? `${formatDecimal(estimate.fee.toDecimalPlaces(6))} ${market.quoteAsset}` : undefined}
      </Line>
      <Line label="Fills now · rests">
        {estimate
          ? `${formatDecimal(estimate.executes)} · ${formatDecimal(estimate.rests)} ${market.baseAsset}`
          : undefined}
      </Line>
      {estimate?.meetsOwnOrders ? (
        <p className="rounded bg-warn-soft px-2 py-1 text-2xs text-warn">
          It would meet an order of your own, which is canceled.
        </p>
      ) : null}
    </dl>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-2">
      <dt className="text-muted">{label}</dt>
      <dd className="truncate text-text">{children ?? <span className="text-faint">–</span>}</dd>
    </div>
  );
}
