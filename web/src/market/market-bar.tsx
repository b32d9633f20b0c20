import type { Market } from "@exchange/sdk";
import { useTicker } from "@exchange/sdk/react";
import { type ReactNode, useEffect } from "react";
import { decimalsOf, formatCompact, formatDecimal, formatPercent, NO_VALUE } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import { MarketPicker } from "./market-picker";
import { changeColor, tickerFigures } from "./ticker-figures";

/** The market at a glance: which, last price, change, high, low and volume of 24 hours, spread. */
export function MarketBar({ market }: { market: Market }) {
  const { ticker, status } = useTicker(market.name);
  const { change, changeRatio, spread } = tickerFigures(ticker);
  const decimals = decimalsOf(market.tickSize);
  useTitle(market, formatDecimal(ticker?.lastPrice, { decimals }));
  const isStale = status !== "live" && status !== "connecting";
  return (
    <section
      aria-label="Market"
      className="flex min-w-0 shrink-0 items-center gap-2 rounded-lg bg-surface pr-3 sm:gap-4"
    >
      <MarketPicker market={market} />
      <div className={cn("flex min-w-0 flex-1 items-center gap-5 max-sm:justify-end sm:gap-7", isStale && "stale")}>
        <div className="py-2 max-sm:text-right" data-figures data-testid="last-price">
          <div className={cn("font-semibold text-lg leading-5 tracking-tight", changeColor(change))}>
            {formatDecimal(ticker?.lastPrice, { decimals })}
          </div>
          <div className={cn("text-2xs sm:hidden", changeColor(change))}>{formatPercent(changeRatio)}</div>
        </div>
        <dl className="flex gap-7 overflow-x-auto text-xs [scrollbar-width:none] max-sm:hidden">
          <Figure label="24 h change">
            <span className={changeColor(change)}>
              {formatDecimal(change, { decimals, sign: true })} <span>{formatPercent(changeRatio)}</span>
            </span>
          </Figure>
          <Figure label="24 h high">{formatDecimal(ticker?.highPrice, { decimals })}</Figure>
          <Figure label="24 h low">{formatDecimal(ticker?.lowPrice, { decimals })}</Figure>
          <Figure label={`24 h volume (${market.baseAsset})`}>{formatCompact(ticker?.volume)}</Figure>
          <Figure label={`24 h volume (${market.quoteAsset})`}>{formatCompact(ticker?.quoteVolume)}</Figure>
          <Figure label="Spread">{formatDecimal(spread)}</Figure>
        </dl>
      </div>
    </section>
  );
}

/** The tab of the browser says where the market is, also behind others. */
function useTitle(market: Market, price: string): void {
  useEffect(() => {
    document.title = price === NO_VALUE ? `${market.name} · Exchange` : `${price} ${market.name} · Exchange`;
  }, [market.name, price]);
  useEffect(
    () => () => {
      document.title = "Exchange";
    },
    [],
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="whitespace-nowrap">
      <dt className="text-2xs text-faint">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
