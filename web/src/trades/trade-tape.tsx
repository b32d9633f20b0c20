import type { Market, Trade } from "@exchange/sdk";
import { useTrades } from "@exchange/sdk/react";
import { memo } from "react";
import { useUiStore } from "@/app/ui-store";
import { decimalsOf, formatDecimal } from "@/lib/decimal";
import { formatClock } from "@/lib/time";
import { cn } from "@/ui/cn";
import { EmptyState } from "@/ui/feedback";
import { StreamFrame } from "@/ui/stream-frame";

const LIMIT = 50;

/** The latest trades of a market, newest first, in the colour of the side that took. */
export function TradeTape({ market }: { market: Market }) {
  const { trades, status } = useTrades(market.name, { limit: LIMIT });
  const priceDecimals = decimalsOf(market.tickSize);
  const quantityDecimals = decimalsOf(market.lotSize);
  if (trades.length === 0 && status === "live") return <EmptyState title="No trades yet." />;
  return (
    <StreamFrame status={status}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} aria-label="Latest trades">
        <table className="w-full table-fixed border-collapse text-xs">
          <thead className="sticky top-0 z-[1] bg-surface text-2xs text-faint">
            <tr className="h-6">
              <th scope="col" className="pl-3 text-left font-normal">
                Price
              </th>
              <th scope="col" className="text-right font-normal">
                Size ({market.baseAsset})
              </th>
              <th scope="col" className="pr-3 text-right font-normal">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {trades.map((trade) => (
              <TradeRow
                key={trade.tradeId.toString()}
                trade={trade}
                priceDecimals={priceDecimals}
                quantityDecimals={quantityDecimals}
                onPick={pick}
              />
            ))}
          </tbody>
        </table>
      </section>
    </StreamFrame>
  );
}

function pick(price: string): void {
  const { prefillOrder, setTradeTab } = useUiStore.getState();
  prefillOrder({ price });
  // On a phone the form is behind another tab.
  setTradeTab("order");
}

type TradeRowProps = {
  trade: Trade;
  priceDecimals: number;
  quantityDecimals: number;
  onPick: (price: string) => void;
};

const TradeRow = memo(function TradeRow({ trade, priceDecimals, quantityDecimals, onPick }: TradeRowProps) {
  return (
    <tr className="h-5 cursor-pointer hover:bg-hover" onClick={() => onPick(trade.price.toFixed())}>
      <td className={cn("pl-3", sideColor(trade))}>
        {formatDecimal(trade.price, { decimals: priceDecimals })}
        <span className="sr-only">{trade.takerSide === "SELL" ? " sold" : " bought"}</span>
      </td>
      <td className="text-right">{formatDecimal(trade.quantity, { decimals: quantityDecimals })}</td>
      <td className="pr-3 text-right text-faint">{formatClock(trade.tradeTime)}</td>
    </tr>
  );
});

/** In an auction nobody takes. */
function sideColor({ takerSide }: Trade): string {
  if (!takerSide) return "text-muted";
  return takerSide === "SELL" ? "text-sell" : "text-buy";
}
