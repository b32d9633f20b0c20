import type { Market } from "@exchange/sdk";
import { useOrderBook } from "@exchange/sdk/react";
import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { useUiStore } from "@/app/ui-store";
import { decimalsOf, formatDecimal, formatPercent } from "@/lib/decimal";
import { StreamFrame } from "@/ui/stream-frame";
import { useSize } from "@/ui/use-size";
import { readChartColors } from "./chart-colors";
import { type DepthCurve, depthAt, depthCurve } from "./depth-curve";
import { drawDepth } from "./draw-depth";

const DEPTH = 500;

/** How much lies up to each price, both ways from the middle. */
export function DepthChart({ market }: { market: Market }) {
  const book = useOrderBook(market.name, { priceStep: market.tickSize, depth: DEPTH });
  const curve = useMemo(() => depthCurve(book), [book]);
  const theme = useUiStore((state) => state.theme);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, { width, height }] = useSize<HTMLDivElement>();
  const [pointerX, setPointerX] = useState<number>();
  const decimals = decimalsOf(market.tickSize);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides what the colours are read as.
  useEffect(() => {
    if (canvas.current && width > 0)
      drawDepth(canvas.current, curve, { width, height, pointerX, decimals, colors: readChartColors() });
  }, [curve, width, height, pointerX, theme, decimals]);

  const follow = (event: PointerEvent<HTMLDivElement>) =>
    setPointerX(event.clientX - event.currentTarget.getBoundingClientRect().left);

  return (
    <StreamFrame status={book.status}>
      <div
        ref={frame}
        className="relative min-h-0 flex-1"
        data-testid="depth-chart"
        onPointerMove={follow}
        onPointerLeave={() => setPointerX(undefined)}
      >
        <canvas
          ref={canvas}
          className="absolute inset-0 size-full"
          role="img"
          aria-label={`${market.name} depth: ${formatDecimal(curve.bids.at(-1)?.total)} bid and ${formatDecimal(curve.asks.at(-1)?.total)} offered within reach`}
        />
        <DepthReading market={market} curve={curve} x={pointerX} width={width} />
      </div>
    </StreamFrame>
  );
}

type DepthReadingProps = { market: Market; curve: DepthCurve; x: number | undefined; width: number };

function DepthReading({ market, curve, x, width }: DepthReadingProps) {
  if (x === undefined || !curve.range || width === 0) return null;
  const { low, high, mid } = curve.range;
  const price = low + (x / width) * (high - low);
  const point = depthAt(curve, price);
  if (!point) return null;
  const distance = point.price.div(mid).minus(1);
  return (
    <dl className="pointer-events-none absolute top-2 left-3 flex gap-4 rounded-md border border-line bg-raised px-2.5 py-1 text-2xs text-faint">
      <div className="flex gap-1.5">
        <dt>Price</dt>
        <dd className="text-text">{formatDecimal(point.price)}</dd>
        <dd>{formatPercent(distance)}</dd>
      </div>
      <div className="flex gap-1.5">
        <dt>{price < mid ? "Bids" : "Asks"} up to it</dt>
        <dd className="text-text">
          {formatDecimal(point.total)} {market.baseAsset}
        </dd>
      </div>
    </dl>
  );
}
