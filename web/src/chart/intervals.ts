import { CandleInterval } from "@exchange/sdk";

export type IntervalOption = { value: CandleInterval; label: string; title: string; seconds: number };

/** The intervals that the exchange keeps candles of, shortest first. */
export const INTERVALS: readonly IntervalOption[] = [
  { value: CandleInterval.SECOND_1, label: "1s", title: "1 second", seconds: 1 },
  { value: CandleInterval.MINUTE_1, label: "1m", title: "1 minute", seconds: 60 },
  { value: CandleInterval.MINUTE_5, label: "5m", title: "5 minutes", seconds: 300 },
  { value: CandleInterval.MINUTE_15, label: "15m", title: "15 minutes", seconds: 900 },
  { value: CandleInterval.HOUR_1, label: "1h", title: "1 hour", seconds: 3600 },
  { value: CandleInterval.HOUR_4, label: "4h", title: "4 hours", seconds: 14_400 },
  { value: CandleInterval.DAY_1, label: "1D", title: "1 day", seconds: 86_400 },
];

export function intervalSeconds(interval: CandleInterval): number {
  return INTERVALS.find((option) => option.value === interval)?.seconds ?? 60;
}
