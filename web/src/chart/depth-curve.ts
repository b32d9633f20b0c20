import type { Decimal } from "decimal.js";
import { accumulate, type Level } from "@/book/book-rows";
import { toPlotNumber } from "@/lib/decimal";

/** A step of the depth curve, as plot numbers, with the exact values for reading. */
export type DepthPoint = { x: number; y: number; price: Decimal; total: Decimal };

export type DepthCurve = {
  /** From the best price outward. */
  bids: DepthPoint[];
  asks: DepthPoint[];
  /** Prices at the edges, the middle between them; undefined when a side is empty. */
  range: { low: number; high: number; mid: number } | undefined;
  /** The larger of both sides' totals within the range. */
  deepest: number;
};

/** How much lies up to each price, within a symmetric range around the middle, as wide as both sides reach. */
export function depthCurve(book: { bids: readonly Level[]; asks: readonly Level[] }): DepthCurve {
  const bids = accumulate(book.bids).map(toPoint);
  const asks = accumulate(book.asks).map(toPoint);
  const bestBid = bids[0];
  const bestAsk = asks[0];
  if (!bestBid || !bestAsk) return { bids, asks, range: undefined, deepest: 0 };
  const mid = (bestBid.x + bestAsk.x) / 2;
  const reach = Math.min(mid - (bids.at(-1)?.x ?? mid), (asks.at(-1)?.x ?? mid) - mid) || bestAsk.x - bestBid.x || 1;
  const range = { low: mid - reach, high: mid + reach, mid };
  const shownBids = bids.filter((point) => point.x >= range.low);
  const shownAsks = asks.filter((point) => point.x <= range.high);
  const deepest = Math.max(shownBids.at(-1)?.y ?? 0, shownAsks.at(-1)?.y ?? 0);
  return { bids: shownBids, asks: shownAsks, range, deepest };
}

/** The step under a price: the last one that is not further from the middle; undefined in the spread. */
export function depthAt(curve: DepthCurve, x: number): DepthPoint | undefined {
  if (!curve.range) return undefined;
  const isBid = x < curve.range.mid;
  return (isBid ? curve.bids : curve.asks).findLast((point) => (isBid ? point.x >= x : point.x <= x));
}

function toPoint({ price, total }: { price: Decimal; total: Decimal }): DepthPoint {
  return { x: toPlotNumber(price), y: toPlotNumber(total), price, total };
}
