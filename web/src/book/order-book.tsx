import type { Market, Order } from "@exchange/sdk";
import { useAccount, useOrderBook, useTicker } from "@exchange/sdk/react";
import type { Decimal } from "decimal.js";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useCallback, useMemo, useRef } from "react";
import { useUiStore } from "@/app/ui-store";
import { decimalsOf, formatDecimal, formatPercent } from "@/lib/decimal";
import { cn } from "@/ui/cn";
import { Select } from "@/ui/select";
import { StreamFrame } from "@/ui/stream-frame";
import { useSize } from "@/ui/use-size";
import { bookView, type OwnOrder, priceStepOptions } from "./book-rows";
import { type BookPick, BookSide, ROW_HEIGHT } from "./book-side";

/** Levels a side that are asked for; more than any screen shows. */
const DEPTH = 50;
const SPREAD_ROW_HEIGHT = 36;
const HEAD_HEIGHT = 24;

/** The live book of a market: asks above, bids below, the spread between. Fills the height that it is given. */
export function OrderBook({ market }: { market: Market }) {
  const step = usePriceStep(market);
  const book = useOrderBook(market.name, { priceStep: step, depth: DEPTH });
  const openOrders = useAccount().openOrders;
  const own = useMemo(() => ownOrders(openOrders, market.name), [openOrders, market.name]);
  const [ref, { height }] = useSize<HTMLDivElement>();
  const rowsPerSide = Math.max(1, Math.floor((height - SPREAD_ROW_HEIGHT - HEAD_HEIGHT) / 2 / ROW_HEIGHT));
  const view = bookView(book, { depth: rowsPerSide, step, own });

  const pick = useCallback(({ price, quantity }: BookPick) => {
    const { prefillOrder, setTradeTab } = useUiStore.getState();
    prefillOrder({ price, quantity });
    // On a phone the form is behind another tab.
    setTradeTab("order");
  }, []);
  const columns = {
    priceDecimals: decimalsOf(step),
    quantityDecimals: decimalsOf(market.lotSize),
    onPick: pick,
  };

  return (
    <StreamFrame status={book.status}>
      <div ref={ref} className="flex min-h-0 flex-1 flex-col overflow-hidden" data-testid="order-book">
        <div aria-hidden className="grid h-6 shrink-0 grid-cols-3 items-center px-3 text-2xs text-faint">
          <span>Price</span>
          <span className="text-right">Size ({market.baseAsset})</span>
          <span className="text-right">Total</span>
        </div>
        <div className="flex min-h-0 flex-1 flex-col justify-end overflow-hidden">
          <BookSide side="asks" rows={view.asks} {...columns} />
        </div>
        <SpreadRow market={market} spread={view.spread} ratio={view.spreadRatio} />
        <div className="min-h-0 flex-1 overflow-hidden">
          <BookSide side="bids" rows={view.bids} {...columns} />
        </div>
      </div>
    </StreamFrame>
  );
}

/** Chooses how the book is grouped. */
export function PriceStepSelect({ market }: { market: Market }) {
  const step = usePriceStep(market);
  const setPriceStep = useUiStore((state) => state.setPriceStep);
  const options = usePriceStepOptions(market).map((each) => ({ value: each.toFixed(), label: each.toFixed() }));
  return (
    <Select
      label="Group prices by"
      size="xs"
      align="end"
      value={step.toFixed()}
      options={options}
      onChange={(value) => setPriceStep(market.name, value)}
    />
  );
}

function usePriceStepOptions(market: Market): Decimal[] {
  // The price only says how coarse a step is useful, so the one that the market was listed with does.
  return useMemo(() => priceStepOptions(market.tickSize, market.lastPrice ?? undefined), [market]);
}

function usePriceStep(market: Market): Decimal {
  const kept = useUiStore((state) => state.priceSteps[market.name]);
  const options = usePriceStepOptions(market);
  return options.find((option) => option.toFixed() === kept) ?? market.tickSize;
}

function SpreadRow({ market, spread, ratio }: { market: Market; spread?: Decimal; ratio?: Decimal }) {
  const lastPrice = useTicker(market.name).ticker?.lastPrice ?? undefined;
  const isUp = useDirection(lastPrice);
  return (
    <div data-figures className="flex h-9 shrink-0 items-center justify-between border-line/60 border-y px-3">
      <span
        className={cn("inline-flex items-center gap-1 font-semibold text-sm", isUp ? "text-buy" : "text-sell")}
        title="Last price"
      >
        {formatDecimal(lastPrice, { decimals: decimalsOf(market.tickSize) })}
        {lastPrice ? isUp ? <ArrowUp size={14} aria-label="up" /> : <ArrowDown size={14} aria-label="down" /> : null}
      </span>
      <span className="text-2xs text-muted" data-testid="spread">
        Spread {formatDecimal(spread)} <span className="text-faint">{formatSpreadRatio(ratio)}</span>
      </span>
    </div>
  );
}

function formatSpreadRatio(ratio: Decimal | undefined): string {
  return ratio ? formatPercent(ratio, 3).replace("+", "") : "";
}

/** Whether the price went up when it last changed. */
function useDirection(price: Decimal | undefined): boolean {
  const last = useRef<{ price?: Decimal; isUp: boolean }>({ isUp: true });
  if (price && last.current.price && !price.eq(last.current.price)) {
    last.current = { price, isUp: price.gt(last.current.price) };
  } else if (price && !last.current.price) {
    last.current = { price, isUp: true };
  }
  return last.current.isUp;
}

function ownOrders(orders: readonly Order[], market: string): OwnOrder[] {
  return orders.flatMap((order) =>
    order.market === market && order.status === "OPEN" && order.price
      ? [{ price: order.price, quantity: order.openQuantity, isBuy: order.side === "BUY" }]
      : [],
  );
}
