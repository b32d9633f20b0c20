import type { Market, Order } from "@exchange/sdk";
import { Decimal } from "decimal.js";
import { type IPriceLine, LineStyle } from "lightweight-charts";
import { GripVertical, X } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { hasPriceToAmend } from "@/account/amend";
import { hasTriggerToMove } from "@/account/move-trigger";
import { decimalsOf, formatDecimal } from "@/lib/decimal";
import { snapPrice, stepPrice } from "@/order-form/order-maths";
import { cn } from "@/ui/cn";
import type { ChartColors } from "./chart-colors";
import { linePrice, type OrderEdits } from "./order-edits";
import { outOfSight } from "./price-range";
import type { TradeChart } from "./trade-chart";

type OrderLinesProps = {
  chart: TradeChart;
  market: Market;
  /** Open orders of this market. */
  orders: readonly Order[];
  edits: OrderEdits;
  colors: ChartColors;
};

/** Own orders as lines across the chart, each with a handle to drag it to another price and a button to cancel it. */
export function OrderLines({ orders, edits, chart, ...rest }: OrderLinesProps) {
  const lines = orders.flatMap((order) => {
    const edit = edits.pending.get(order.orderId);
    const price = edit?.kind === "move" ? edit.price : linePrice(order);
    return price && edit?.kind !== "cancel" ? [{ order, price }] : [];
  });
  const prices = lines.map(({ price }) => price.toNumber());
  useEffect(() => chart.setOrderPrices(prices));
  const { above, below } = useOutOfSight(chart, prices);
  return (
    <>
      <ul aria-label="Your orders on the chart" className="pointer-events-none absolute inset-0 z-[3] overflow-hidden">
        {lines.map(({ order, price }) => (
          <OrderLine key={order.orderId.toString()} order={order} price={price} edits={edits} chart={chart} {...rest} />
        ))}
      </ul>
      {above > 0 ? <OutOfSight count={above} where="above" className="top-8" /> : null}
      {below > 0 ? <OutOfSight count={below} where="below" className="bottom-9" /> : null}
    </>
  );
}

function OutOfSight({ count, where, className }: { count: number; where: "above" | "below"; className: string }) {
  return (
    <p
      className={cn(
        "pointer-events-none absolute right-20 z-[3] rounded border border-line bg-raised px-1.5 text-2xs text-muted",
        className,
      )}
    >
      {where === "above" ? "↑" : "↓"} {count} {count === 1 ? "order" : "orders"} {where}
    </p>
  );
}

/** How many orders the scale does not reach, followed as the chart moves. */
function useOutOfSight(chart: TradeChart, prices: readonly number[]): { above: number; below: number } {
  const [count, setCount] = useState({ above: 0, below: 0 });
  const newest = useRef(prices);
  newest.current = prices;
  useEffect(() => {
    const look = () => {
      const toY = (price: number) => chart.candles.priceToCoordinate(price);
      const next = outOfSight(newest.current, toY, chart.paneHeight());
      setCount((last) => (last.above === next.above && last.below === next.below ? last : next));
    };
    look();
    return chart.onRedraw(look);
  }, [chart]);
  return count;
}

type OrderLineProps = Omit<OrderLinesProps, "orders"> & { order: Order; price: Decimal };

function OrderLine({ chart, market, order, price, edits, colors }: OrderLineProps) {
  const ref = useRef<HTMLLIElement>(null);
  const [draft, setDraft] = useState<Decimal>();
  const shown = draft ?? price;
  const isBuy = order.side === "BUY";
  const canMove = order.status === "OPEN" ? hasPriceToAmend(order) : hasTriggerToMove(order);
  const color = isBuy ? colors.buy : colors.sell;
  usePriceLine(chart, shown, color, draft !== undefined);
  useFollowPrice(chart, ref, shown);

  const priceAt = (clientY: number): Decimal | undefined => {
    const box = chart.chart.chartElement().getBoundingClientRect();
    const raw = chart.candles.coordinateToPrice(clientY - box.top);
    // A place on the canvas becomes a price here, and is snapped to a tick before anything else sees it.
    return raw !== null && raw > 0 ? snapPrice(new Decimal(raw), market.tickSize) : undefined;
  };
  const drag = useDrag(chart);
  const discard = () => {
    drag.end();
    setDraft(undefined);
  };
  const commit = (moved = draft) => {
    if (moved) void edits.move(order, moved);
    discard();
  };
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    if (!canMove || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
    event.currentTarget.focus();
    drag.start();
    setDraft(shown);
  };
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>) => {
    // Escape ends it, too, though the button is still pressed.
    if (!drag.isOn()) return;
    drag.move();
    setDraft((last) => priceAt(event.clientY) ?? last);
  };
  // The last move may not be drawn yet, so that the draft is not asked. A press without a move moves nothing.
  const onPointerUp = (event: PointerEvent) => (drag.hasMoved() ? commit(priceAt(event.clientY)) : discard());
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (step && canMove) setDraft(stepPrice(shown, step, market.tickSize));
    else if (event.key === "Enter" && draft) commit();
    else if (event.key === "Escape" && draft) discard();
    else if (event.key === "Delete") void edits.cancel(order);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const priceText = formatDecimal(shown, { decimals: decimalsOf(market.tickSize) });
  const quantityText = formatDecimal(order.openQuantity);
  return (
    <li
      ref={ref}
      data-testid="order-line"
      data-order-id={order.orderId.toString()}
      className="absolute inset-x-0 top-0 flex h-0 items-center justify-end will-change-transform"
    >
      <div
        className={cn(
          "pointer-events-auto flex h-5 items-center overflow-hidden rounded border bg-surface text-2xs shadow-sm",
          isBuy ? "border-buy text-buy" : "border-sell text-sell",
          draft && "ring-2 ring-accent/60",
        )}
      >
        <button
          type="button"
          role="slider"
          aria-label={`${isBuy ? "Buy" : "Sell"} ${quantityText} ${market.baseAsset}`}
          aria-orientation="vertical"
          aria-valuenow={shown.toNumber()}
          aria-valuetext={`at ${priceText}`}
          aria-disabled={!canMove}
          className={cn(
            "flex h-5 touch-none items-center gap-1 pr-1.5 pl-0.5",
            canMove ? "!cursor-ns-resize" : "pl-1.5",
          )}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={discard}
          onKeyDown={onKeyDown}
          // What a key moved is given up when something else is turned to; what a pointer holds is not.
          onBlur={() => drag.isOn() || discard()}
        >
          {canMove ? <GripVertical size={11} aria-hidden className="opacity-70" /> : null}
          <span className="font-medium">{lineWord(order)}</span>
          <span className="text-text">{quantityText}</span>
          {draft ? <span className="font-medium text-text">@ {priceText}</span> : null}
        </button>
        <button
          type="button"
          aria-label={`Cancel ${isBuy ? "buy" : "sell"} ${quantityText} at ${priceText}`}
          className="grid h-5 w-5 place-items-center border-inherit border-l text-muted hover:bg-hover hover:text-text"
          onClick={() => void edits.cancel(order)}
        >
          <X size={11} aria-hidden />
        </button>
      </div>
    </li>
  );
}

/** A line in the hand of a pointer. Meanwhile the scale stands still: what the pointer is at stays the price that it was. */
function useDrag(chart: TradeChart) {
  const letGo = useRef<() => void>(undefined);
  const moved = useRef(false);
  const end = () => {
    letGo.current?.();
    letGo.current = undefined;
    moved.current = false;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads refs only
  useEffect(() => end, []);
  return {
    start: () => {
      letGo.current = chart.holdPriceScale();
    },
    move: () => {
      moved.current = true;
    },
    end,
    isOn: () => letGo.current !== undefined,
    hasMoved: () => moved.current,
  };
}

function lineWord(order: Order): string {
  const side = order.side === "BUY" ? "Buy" : "Sell";
  if (order.status !== "PENDING_TRIGGER") return side;
  return order.type.startsWith("TAKE_PROFIT") ? `TP ${side.toLowerCase()}` : `Stop ${side.toLowerCase()}`;
}

/** The line itself and its label on the axis are drawn by the chart. */
function usePriceLine(chart: TradeChart, price: Decimal, color: string, isDragged: boolean): void {
  const line = useRef<IPriceLine>(undefined);
  useEffect(() => {
    const created = chart.candles.createPriceLine({ price: 0, lineWidth: 1, axisLabelVisible: true, title: "" });
    line.current = created;
    return () => {
      line.current = undefined;
      chart.whileAlive(() => chart.candles.removePriceLine(created));
    };
  }, [chart]);
  useEffect(() => {
    line.current?.applyOptions({
      price: price.toNumber(),
      color,
      lineStyle: isDragged ? LineStyle.Solid : LineStyle.Dashed,
    });
  }, [price, color, isDragged]);
}

/** Keep an element at the height of a price, whatever moves the chart. Out of sight when the price is. */
function useFollowPrice(chart: TradeChart, ref: { current: HTMLElement | null }, price: Decimal): void {
  useLayoutEffect(() => {
    const follow = () => {
      const element = ref.current;
      if (!element) return;
      const y = chart.candles.priceToCoordinate(price.toNumber());
      element.style.visibility = y === null ? "hidden" : "visible";
      element.style.transform = `translateY(${y ?? 0}px)`;
      element.style.paddingRight = `${chart.priceAxisWidth() + 6}px`;
    };
    follow();
    return chart.onRedraw(follow);
  }, [chart, ref, price]);
}
