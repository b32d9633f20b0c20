import type { Decimal } from "decimal.js";

type TickerPrices = {
  lastPrice?: Decimal | null;
  openPrice?: Decimal | null;
  bid?: { price: Decimal } | null;
  ask?: { price: Decimal } | null;
};

export type TickerFigures = {
  /** Change of the last 24 hours, quote units, and as a part of the price then. */
  change: Decimal | undefined;
  changeRatio: Decimal | undefined;
  spread: Decimal | undefined;
};

/** What a market bar shows beside the ticker's own fields. */
export function tickerFigures(ticker: TickerPrices | undefined): TickerFigures {
  const { lastPrice, openPrice, bid, ask } = ticker ?? {};
  const change = lastPrice && openPrice ? lastPrice.minus(openPrice) : undefined;
  return {
    change,
    changeRatio: change && openPrice && !openPrice.isZero() ? change.div(openPrice) : undefined,
    spread: bid && ask ? ask.price.minus(bid.price) : undefined,
  };
}

/** The colour of a rise or a fall. */
export function changeColor(change: Decimal | undefined): string {
  if (!change || change.isZero()) return "text-muted";
  return change.isPositive() ? "text-buy" : "text-sell";
}
