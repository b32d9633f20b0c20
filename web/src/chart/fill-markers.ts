import { Decimal } from "decimal.js";

/** What a marker needs of a fill. */
export type FillLike = {
  side: "BUY" | "SELL" | string;
  price: Decimal;
  quantity: Decimal;
  tradeTime: Date;
};

/** The fills of one side in one candle. */
export type FillMarker = {
  /** When the candle opens, seconds since 1970. */
  time: number;
  isBuy: boolean;
  quantity: Decimal;
  /** Weighted by quantity, for reading. */
  averagePrice: Decimal;
};

/** The fills of each candle that has some, by when it opens (seconds since 1970), each oldest first. */
export function fillsByCandle<Fill extends FillLike>(
  newestFirst: readonly Fill[],
  intervalSeconds: number,
): ReadonlyMap<number, readonly Fill[]> {
  const candles = new Map<number, Fill[]>();
  const oldestFirst = [...newestFirst]
    .reverse()
    .sort((left, right) => left.tradeTime.getTime() - right.tradeTime.getTime());
  for (const fill of oldestFirst) {
    const seconds = fill.tradeTime.getTime() / 1000;
    const time = Math.floor(seconds / intervalSeconds) * intervalSeconds;
    const of = candles.get(time);
    if (of) of.push(fill);
    else candles.set(time, [fill]);
  }
  return candles;
}

/** One marker a candle and side, oldest first, buys before sells. Candles before `firstSeconds` are not on the chart. */
export function fillMarkers(candles: ReadonlyMap<number, readonly FillLike[]>, firstSeconds: number): FillMarker[] {
  return [...candles].filter(([time]) => time >= firstSeconds).flatMap(([time, fills]) => markersOf(time, fills));
}

/** What the account bought and what it sold in one candle. */
export function markersOf(time: number, fills: readonly FillLike[]): FillMarker[] {
  return [true, false].flatMap((isBuy) => {
    const own = fills.filter((fill) => (fill.side === "BUY") === isBuy);
    const quantity = own.reduce((sum, fill) => sum.plus(fill.quantity), ZERO);
    const quote = own.reduce((sum, fill) => sum.plus(fill.price.times(fill.quantity)), ZERO);
    return quantity.gt(0) ? [{ time, isBuy, quantity, averagePrice: quote.div(quantity) }] : [];
  });
}

const ZERO = new Decimal(0);
