import { Decimal } from "decimal.js";

/** What a marker needs of a fill. */
export type FillLike = {
  market: string;
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

/** Put fills together by candle and side, oldest first, buys before sells. Fills before `firstSeconds` are not on the chart. */
export function fillMarkers(fills: readonly FillLike[], intervalSeconds: number, firstSeconds: number): FillMarker[] {
  const groups = new Map<string, { time: number; isBuy: boolean; quantity: Decimal; quote: Decimal }>();
  for (const fill of fills) {
    const seconds = fill.tradeTime.getTime() / 1000;
    const time = Math.floor(seconds / intervalSeconds) * intervalSeconds;
    if (time < firstSeconds) continue;
    const isBuy = fill.side === "BUY";
    const key = `${time}:${isBuy}`;
    const group = groups.get(key) ?? { time, isBuy, quantity: new Decimal(0), quote: new Decimal(0) };
    group.quantity = group.quantity.plus(fill.quantity);
    group.quote = group.quote.plus(fill.price.times(fill.quantity));
    groups.set(key, group);
  }
  return [...groups.values()]
    .filter((group) => group.quantity.gt(0))
    .sort((left, right) => left.time - right.time || Number(right.isBuy) - Number(left.isBuy))
    .map(({ time, isBuy, quantity, quote }) => ({ time, isBuy, quantity, averagePrice: quote.div(quantity) }));
}
