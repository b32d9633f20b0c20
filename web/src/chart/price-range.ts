/** A range of the price axis, in plot numbers. */
export type PriceRange = { minValue: number; maxValue: number };

/** How far orders may stretch the range, in heights of the candles a side. */
const REACH = 1.5;
/** What counts as the height of a market that hardly moves, as a part of its price. */
const LEAST_HEIGHT = 0.0005;

/** Make room for orders near the candles; those further away would press the candles flat, and are left out. */
export function withOrders(range: PriceRange, orderPrices: readonly number[]): PriceRange {
  const reach = Math.max(range.maxValue - range.minValue, range.maxValue * LEAST_HEIGHT) * REACH;
  const near = orderPrices.filter((price) => price >= range.minValue - reach && price <= range.maxValue + reach);
  return { minValue: Math.min(range.minValue, ...near), maxValue: Math.max(range.maxValue, ...near) };
}

/** How many prices lie above and below what is shown; `toY` is undefined for a price that has no place. */
export function outOfSight(
  prices: readonly number[],
  toY: (price: number) => number | null,
  height: number,
): { above: number; below: number } {
  const count = { above: 0, below: 0 };
  for (const price of prices) {
    const y = toY(price);
    if (y !== null && y < 0) count.above += 1;
    if (y !== null && y > height) count.below += 1;
  }
  return count;
}
