import type { Market } from "@exchange/sdk";
import { lazy, Suspense } from "react";
import { type ChartKind, useUiStore } from "@/app/ui-store";
import { Skeleton } from "@/ui/feedback";
import { Segmented } from "@/ui/segmented";
import { INTERVALS } from "./intervals";

// The chart library is as large as a third of the page: it comes when everything else is already there.
const CandleChart = lazy(() => import("./candle-chart").then(({ CandleChart }) => ({ default: CandleChart })));
const DepthChart = lazy(() => import("./depth-chart").then(({ DepthChart }) => ({ default: DepthChart })));

const KINDS: readonly { value: ChartKind; label: string }[] = [
  { value: "candles", label: "Candles" },
  { value: "depth", label: "Depth" },
];

/** The chart of a market: candles in an interval, or the depth of its book. */
export function ChartPanel({ market }: { market: Market }) {
  const interval = useUiStore((state) => state.interval);
  const chart = useUiStore((state) => state.chart);
  const setInterval = useUiStore((state) => state.setInterval);
  const setChart = useUiStore((state) => state.setChart);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-9 shrink-0 items-center justify-between gap-2 overflow-x-auto border-line border-b px-2 [scrollbar-width:none]">
        {chart === "candles" ? (
          <Segmented label="Interval" value={interval} options={INTERVALS} onChange={setInterval} />
        ) : (
          <span />
        )}
        <Segmented label="Chart" value={chart} options={KINDS} onChange={setChart} />
      </div>
      <Suspense fallback={<Skeleton className="m-3 flex-1" />}>
        {/* Another interval begins with its newest candles, at the usual scale. */}
        {chart === "candles" ? <CandleChart key={interval} market={market} /> : <DepthChart market={market} />}
      </Suspense>
    </div>
  );
}
