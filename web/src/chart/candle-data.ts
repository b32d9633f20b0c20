import type { Decimal } from "decimal.js";
import { toPlotNumber } from "@/lib/decimal";

/** What the chart needs of a candle. */
export type CandleLike = {
  openTime: Date;
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
  closed: boolean;
};

/** Times are whole seconds since 1970, as the chart library wants them. */
export type Bar = { time: number; open: number; high: number; low: number; close: number };
export type VolumeBar = { time: number; value: number; color: string };

export function openSeconds(candle: Pick<CandleLike, "openTime">): number {
  return Math.floor(candle.openTime.getTime() / 1000);
}

export function toBar(candle: CandleLike): Bar {
  return {
    time: openSeconds(candle),
    open: toPlotNumber(candle.open),
    high: toPlotNumber(candle.high),
    low: toPlotNumber(candle.low),
    close: toPlotNumber(candle.close),
  };
}

export function toVolumeBar(candle: CandleLike, colors: { up: string; down: string }): VolumeBar {
  const color = candle.close.gte(candle.open) ? colors.up : colors.down;
  return { time: openSeconds(candle), value: toPlotNumber(candle.volume), color };
}

/** How to bring a chart from one list of candles to the next: anew, or only from an index on. */
export type ChartUpdate = { kind: "replace" } | { kind: "update"; from: number };

/** The chart takes updates of its last bar and bars after it; for everything else it must be filled anew. */
export function planUpdate(shown: readonly CandleLike[], next: readonly CandleLike[]): ChartUpdate {
  if (shown.length === 0 || next.length < shown.length) return { kind: "replace" };
  const last = shown.length - 1;
  for (let index = 0; index < last; index += 1) {
    if (!isSame(shown[index], next[index])) return { kind: "replace" };
  }
  const sameLast = shown[last]?.openTime.getTime() === next[last]?.openTime.getTime();
  return sameLast ? { kind: "update", from: last } : { kind: "replace" };
}

/** A closed candle never changes, so its time says all. */
function isSame(left: CandleLike | undefined, right: CandleLike | undefined): boolean {
  if (left === right) return true;
  if (!left || !right || left.openTime.getTime() !== right.openTime.getTime()) return false;
  return (left.closed && right.closed) || (left.close.eq(right.close) && left.volume.eq(right.volume));
}
