import type { Fill, Market } from "@exchange/sdk";
import { useEffect, useRef, useState } from "react";
import { decimalsOf, formatDecimal } from "@/lib/decimal";
import { formatClock } from "@/lib/time";
import { cn } from "@/ui/cn";
import { markersOf } from "./fill-markers";
import type { Pointed, TradeChart } from "./trade-chart";

/** Fills that are listed one by one; of more, the newest are, and the sums are of all. */
const MOST_LISTED = 6;
/** Between the pointer and the box, CSS pixels. */
const GAP = 14;

type FillTooltipProps = {
  chart: TradeChart;
  market: Market;
  /** The account's fills by the candle that they are in. */
  fills: ReadonlyMap<number, readonly Fill[]>;
};

/** What the account traded in the candle under the pointer: side, quantity, price and time of each fill. */
export function FillTooltip({ chart, market, fills }: FillTooltipProps) {
  const [pointed, setPointed] = useState<Pointed>();
  const newest = useRef(fills);
  newest.current = fills;
  // Where there is no fill, the pointer moves without a rendering.
  useEffect(
    () => chart.onPointer((next) => setPointed(next && newest.current.has(next.seconds) ? next : undefined)),
    [chart],
  );
  const own = pointed && fills.get(pointed.seconds);
  if (!own) return null;
  const isLeft = pointed.x > chart.chart.chartElement().clientWidth / 2;
  const isAbove = pointed.y > chart.paneHeight() / 2;
  return (
    <div
      role="tooltip"
      data-testid="fill-tooltip"
      className="pointer-events-none absolute top-0 left-0 z-[4] w-max rounded-md border border-line-strong bg-raised px-2.5 py-2 text-2xs shadow-lg"
      style={{
        transform: `translate(${pointed.x + (isLeft ? -GAP : GAP)}px, ${pointed.y + (isAbove ? -GAP : GAP)}px) translate(${isLeft ? "-100%" : "0"}, ${isAbove ? "-100%" : "0"})`,
      }}
    >
      <FillRows fills={own} market={market} />
    </div>
  );
}

function FillRows({ fills, market }: { fills: readonly Fill[]; market: Market }) {
  const decimals = decimalsOf(market.tickSize);
  const hidden = Math.max(0, fills.length - MOST_LISTED);
  return (
    <table data-figures className="[&_td+td]:pl-3 [&_td+td]:text-right">
      <tbody>
        {hidden > 0 ? (
          <tr>
            <td colSpan={4} className="text-faint">
              {hidden} earlier
            </td>
          </tr>
        ) : null}
        {fills.slice(hidden).map((fill) => (
          <tr key={`${fill.tradeId}-${fill.orderId}`}>
            <SideCell isBuy={fill.side === "BUY"} />
            <td>
              {formatDecimal(fill.quantity)} {market.baseAsset}
            </td>
            <td>{formatDecimal(fill.price, { decimals })}</td>
            <td className="text-faint">{formatClock(fill.tradeTime)}</td>
          </tr>
        ))}
      </tbody>
      {fills.length > 1 ? (
        <tfoot className="border-line border-t">
          {markersOf(0, fills).map(({ isBuy, quantity, averagePrice }) => (
            <tr key={String(isBuy)} className="font-medium">
              <SideCell isBuy={isBuy} />
              <td>
                {formatDecimal(quantity)} {market.baseAsset}
              </td>
              <td>{formatDecimal(averagePrice, { decimals })}</td>
              <td className="text-faint">average</td>
            </tr>
          ))}
        </tfoot>
      ) : null}
    </table>
  );
}

function SideCell({ isBuy }: { isBuy: boolean }) {
  return <td className={cn("font-medium", isBuy ? "text-buy" : "text-sell")}>{isBuy ? "Bought" : "Sold"}</td>;
}
