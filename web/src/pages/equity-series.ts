/** Equity over time: what the chart draws, and what the figures above it say. */
import type { Decimal, EquityPoint } from "@exchange/sdk";
import { percentOf } from "@/account/exact";
import { toPlotNumber } from "@/lib/decimal";

export const EQUITY_RANGES = { "1H": 3_600, "1D": 86_400, "1W": 604_800, "1M": 2_592_000, All: null } as const;
export type EquityRange = keyof typeof EQUITY_RANGES;

/** Return when a range begins, undefined for `All`. */
export function rangeStart(range: EquityRange, now: Date): Date | undefined {
  const seconds = EQUITY_RANGES[range];
  return seconds === null ? undefined : new Date(now.getTime() - seconds * 1000);
}

/** The points as uPlot takes them: seconds since 1970, and values. */
export function equitySeries(points: readonly EquityPoint[]): [number[], number[]] {
  return [points.map((point) => point.time.getTime() / 1000), points.map((point) => toPlotNumber(point.equity))];
}

/** From the first point to the last: quote units, and percent of the first to two decimals (absent when it is zero). */
export interface EquityChange {
  readonly amount: Decimal;
  readonly percent?: Decimal;
}

/** Return the change over the points, with `now` as the last value when it is told; undefined without two values. */
export function equityChange(points: readonly EquityPoint[], now?: Decimal): EquityChange | undefined {
  const first = points[0]?.equity;
  const last = now ?? (points.length > 1 ? points.at(-1)?.equity : undefined);
  if (first === undefined || last === undefined) {
    return undefined;
  }
  const amount = last.minus(first);
  const percent = percentOf(amount, first);
  return percent === undefined ? { amount } : { amount, percent };
}
