import type { Candle, Market } from "@exchange/sdk";
import { useAccount, useCandles } from "@exchange/sdk/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useUiStore } from "@/app/ui-store";
import { decimalsOf, formatCompact, formatDecimal, formatPercent } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import { StreamFrame } from "@/ui/stream-frame";
import { openSeconds } from "./candle-data";
import { type ChartColors, readChartColors } from "./chart-colors";
import { fillMarkers, fillsByCandle } from "./fill-markers";
import { FillTooltip } from "./fill-tooltip";
import { intervalSeconds } from "./intervals";
import { useOrderEdits } from "./order-edits";
import { OrderLines } from "./order-lines";
import { TradeChart } from "./trade-chart";

const CANDLES_AT_FIRST = 500;
const CANDLES_MORE = 500;
const CANDLES_AT_MOST = 5000;

/** Candles and volume, with the account's fills and orders on them. */
export function CandleChart({ market }: { market: Market }) {
  const interval = useUiStore((state) => state.interval);
  const [count, setCount] = useState(CANDLES_AT_FIRST);
  const { candles, status } = useCandles(market.name, interval, { count });
  const { openOrders, fills } = useAccount();
  const orders = useMemo(() => openOrders.filter((order) => order.market === market.name), [openOrders, market.name]);
  const edits = useOrderEdits(openOrders);
  const [container, setContainer] = useState<HTMLDivElement | null>(null);
  const { chart, colors } = useTradeChart(container, decimalsOf(market.tickSize));

  useEffect(() => chart?.setCandles(candles), [chart, candles]);

  const firstSeconds = candles[0] ? openSeconds(candles[0]) : undefined;
  const fillsOfCandles = useMemo(() => {
    const own = fills.filter((fill) => fill.market === market.name);
    return fillsByCandle(own, intervalSeconds(interval));
  }, [fills, market.name, interval]);
  useEffect(() => {
    if (chart && firstSeconds !== undefined) chart.setFills(fillMarkers(fillsOfCandles, firstSeconds));
  }, [chart, fillsOfCandles, firstSeconds]);

  const shownCount = useRef(0);
  shownCount.current = candles.length;
  useEffect(
    () =>
      chart?.onOldestNear(() =>
        // Fewer than were asked for: there are no older ones.
        setCount((last) => (shownCount.current >= last ? Math.min(last + CANDLES_MORE, CANDLES_AT_MOST) : last)),
      ),
    [chart],
  );

  return (
    <StreamFrame status={status}>
      <div className="relative min-h-0 flex-1 overflow-hidden" data-testid="candle-chart">
        <div ref={setContainer} className="absolute inset-0" role="img" aria-label={chartSummary(market, candles)} />
        {chart && colors ? (
          <>
            <CandleLegend chart={chart} market={market} candles={candles} />
            <OrderLines chart={chart} market={market} orders={orders} edits={edits} colors={colors} />
            <FillTooltip chart={chart} market={market} fills={fillsOfCandles} />
          </>
        ) : null}
      </div>
    </StreamFrame>
  );
}

/** The chart of a container, in the theme's colours; undefined until there is a container. */
function useTradeChart(
  container: HTMLElement | null,
  priceDecimals: number,
): { chart: TradeChart | undefined; colors: ChartColors | undefined } {
  const theme = useUiStore((state) => state.theme);
  const [chart, setChart] = useState<TradeChart>();
  const [colors, setColors] = useState<ChartColors>();
  useEffect(() => {
    if (!container) return;
    const created = new TradeChart(container, readChartColors());
    setChart(created);
    return () => {
      setChart(undefined);
      created.destroy();
    };
  }, [container]);
  useEffect(() => {
    if (!chart) return;
    // The theme is on the document before this runs, because the store's effect stands further up.
    document.documentElement.dataset.theme = theme;
    const read = readChartColors();
    setColors(read);
    chart.setColors(read);
  }, [chart, theme]);
  useEffect(() => chart?.setPriceDecimals(priceDecimals), [chart, priceDecimals]);
  return { chart, colors };
}

/** Open, high, low, close and volume of the candle under the pointer, else of the newest. */
function CandleLegend({ chart, market, candles }: { chart: TradeChart; market: Market; candles: readonly Candle[] }) {
  const [hovered, setHovered] = useState<number>();
  useEffect(() => chart.onPointer((pointed) => setHovered(pointed?.seconds)), [chart]);
  const candle = candles.findLast((each) => openSeconds(each) === hovered) ?? candles.at(-1);
  if (!candle) return null;
  const decimals = decimalsOf(market.tickSize);
  const change = candle.close.minus(candle.open);
  const color = change.isNegative() ? "text-sell" : "text-buy";
  return (
    <dl className="pointer-events-none absolute top-2 left-3 z-[2] flex flex-wrap gap-x-3 text-2xs text-faint">
      {(["open", "high", "low", "close"] as const).map((name) => (
        <div key={name} className="flex gap-1">
          <dt className="uppercase">{name[0]}</dt>
          <dd className={color}>{formatDecimal(candle[name], { decimals })}</dd>
        </div>
      ))}
      <div className="flex gap-1">
        <dt className="sr-only">Change</dt>
        <dd className={cn(color)}>{formatPercent(candle.open.isZero() ? undefined : change.div(candle.open))}</dd>
      </div>
      <div className="flex gap-1">
        <dt>Vol</dt>
        <dd className="text-muted">{formatCompact(candle.volume)}</dd>
      </div>
    </dl>
  );
}

function chartSummary(market: Market, candles: readonly Candle[]): string {
  const last = candles.at(-1);
  return last ? `${market.name} candles, last close ${formatDecimal(last.close)}` : `${market.name} candles`;
}
