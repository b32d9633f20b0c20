import {
  type AutoscaleInfo,
  type CandlestickData,
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type ISeriesPrimitive,
  type MouseEventParams,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { type CandleLike, planUpdate, toBar, toVolumeBar } from "./candle-data";
import type { ChartColors } from "./chart-colors";
import type { FillMarker } from "./fill-markers";
import { type PriceRange, withOrders } from "./price-range";

const VOLUME_PART = 0.18;

/** What the pointer is at: when the candle opens, seconds since 1970, and the place in the chart, CSS pixels. */
export type Pointed = { seconds: number; x: number; y: number };

/** The chart library behind the few things that the page does with it. Holds a canvas; `destroy` gives it back. */
export class TradeChart {
  readonly chart: IChartApi;
  readonly candles: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private readonly redraws = new Set<() => void>();
  private shown: readonly CandleLike[] = [];
  private isDestroyed = false;
  private orderPrices: readonly number[] = [];
  private range: PriceRange | undefined;
  private isScaleHeld = false;
  private colors: ChartColors;

  constructor(container: HTMLElement, colors: ChartColors) {
    this.colors = colors;
    this.chart = createChart(container, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      timeScale: { timeVisible: true, rightOffset: 6, barSpacing: 7, minBarSpacing: 1, tickMarkFormatter: tickMark },
      localization: { timeFormatter: (time: Time) => CROSSHAIR_TIME.format(Number(time) * 1000) },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, {
      borderVisible: false,
      autoscaleInfoProvider: (ofCandles: () => AutoscaleInfo | null) => {
        const info = ofCandles();
        if (!info?.priceRange) return info;
        if (!this.isScaleHeld || !this.range) this.range = withOrders(info.priceRange, this.orderPrices);
        return { ...info, priceRange: this.range };
      },
    });
    this.volume = this.chart.addSeries(HistogramSeries, {
      priceFormat: { type: "volume" },
      priceScaleId: "volume",
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.chart.priceScale("right").applyOptions({ scaleMargins: { top: 0.08, bottom: VOLUME_PART + 0.04 } });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 1 - VOLUME_PART, bottom: 0 } });
    this.markers = createSeriesMarkers(this.candles, [], { autoScale: false });
    // The library tells a primitive whenever it draws, whatever the cause: what lies above the canvas follows there.
    const follower: ISeriesPrimitive<Time> = {
      updateAllViews: () => {
        for (const redraw of this.redraws) redraw();
      },
    };
    this.candles.attachPrimitive(follower);
    this.setColors(colors);
  }

  setColors(colors: ChartColors): void {
    this.colors = colors;
    this.chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colors.surface },
        textColor: colors.faint,
        fontFamily: getComputedStyle(document.body).fontFamily,
        fontSize: 11,
        attributionLogo: false,
      },
      grid: { vertLines: { color: colors.line }, horzLines: { color: colors.line } },
      crosshair: {
        vertLine: { color: colors.lineStrong, labelBackgroundColor: colors.lineStrong },
        horzLine: { color: colors.lineStrong, labelBackgroundColor: colors.lineStrong },
      },
      rightPriceScale: { borderColor: colors.line },
      timeScale: { borderColor: colors.line },
    });
    this.candles.applyOptions({
      upColor: colors.buy,
      downColor: colors.sell,
      wickUpColor: colors.buy,
      wickDownColor: colors.sell,
    });
    const shown = this.shown;
    this.shown = [];
    this.setCandles(shown);
  }

  setPriceDecimals(decimals: number): void {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const { format } = new Intl.NumberFormat("en", digits);
    this.candles.applyOptions({ priceFormat: { type: "custom", formatter: format, minMove: 10 ** -decimals } });
  }

  /** Show these candles, oldest first; only what changed is drawn anew. */
  setCandles(candles: readonly CandleLike[]): void {
    const plan = planUpdate(this.shown, candles);
    this.shown = candles;
    const colors = { up: this.colors.buySoft, down: this.colors.sellSoft };
    if (plan.kind === "replace") {
      this.candles.setData(candles.map((candle) => toBar(candle) as CandlestickData<UTCTimestamp>));
      this.volume.setData(candles.map((candle) => toVolumeBar(candle, colors) as HistogramData<UTCTimestamp>));
      return;
    }
    for (const candle of candles.slice(plan.from)) {
      this.candles.update(toBar(candle) as CandlestickData<UTCTimestamp>);
      this.volume.update(toVolumeBar(candle, colors) as HistogramData<UTCTimestamp>);
    }
  }

  setFills(fills: readonly FillMarker[]): void {
    this.markers.setMarkers(
      fills.map(
        ({ time, isBuy }): SeriesMarker<Time> => ({
          time: time as UTCTimestamp,
          position: isBuy ? "belowBar" : "aboveBar",
          shape: isBuy ? "arrowUp" : "arrowDown",
          color: isBuy ? this.colors.buy : this.colors.sell,
          size: 0.9,
        }),
      ),
    );
  }

  /** Prices that the scale makes room for, as far as they are near the candles. */
  setOrderPrices(prices: readonly number[]): void {
    if (prices.length === this.orderPrices.length && prices.every((price, at) => price === this.orderPrices[at]))
      return;
    this.orderPrices = prices;
    // Asks for the scale to be worked out again.
    this.candles.applyOptions({});
  }

  /** Leave every price where it is on the screen, whatever is traded, until the returned function is called. */
  holdPriceScale(): () => void {
    this.isScaleHeld = true;
    return () => {
      this.isScaleHeld = false;
      this.whileAlive(() => this.candles.applyOptions({}));
    };
  }

  /** Height of the pane with the candles, CSS pixels. */
  paneHeight(): number {
    return this.chart.panes()[0]?.getHeight() ?? 0;
  }

  /** Call `redraw` whenever prices may have moved on the screen; returns how to stop. */
  onRedraw(redraw: () => void): () => void {
    this.redraws.add(redraw);
    return () => this.redraws.delete(redraw);
  }

  /** Call `needMore` when the reader comes near the oldest candle. */
  onOldestNear(needMore: () => void): () => void {
    const scale = this.chart.timeScale();
    const check = (range: { from: number } | null) => {
      if (range && range.from < 10 && this.shown.length > 0) needMore();
    };
    scale.subscribeVisibleLogicalRangeChange(check);
    return () => this.whileAlive(() => scale.unsubscribeVisibleLogicalRangeChange(check));
  }

  /** Call `show` with the candle under the pointer, undefined when there is none. */
  onPointer(show: (pointed: Pointed | undefined) => void): () => void {
    const onMove = ({ time, point }: MouseEventParams) =>
      show(time === undefined || !point ? undefined : { seconds: Number(time), x: point.x, y: point.y });
    this.chart.subscribeCrosshairMove(onMove);
    return () => this.whileAlive(() => this.chart.unsubscribeCrosshairMove(onMove));
  }

  /** What is to be undone when a part of the page goes need not be undone when the whole chart has gone before. */
  whileAlive(undo: () => void): void {
    if (!this.isDestroyed) undo();
  }

  /** Width of the price axis, which what lies above the canvas leaves free. */
  priceAxisWidth(): number {
    return this.chart.priceScale("right").width();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.redraws.clear();
    this.chart.remove();
  }
}

const CROSSHAIR_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const TICK_FORMATS = [
  new Intl.DateTimeFormat("en-GB", { year: "numeric" }),
  new Intl.DateTimeFormat("en-GB", { month: "short" }),
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }),
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }),
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
] as const;

/** The library reckons in UTC; the axis is labelled in the reader's time zone. `kind`: year, month, day, minute, second. */
function tickMark(time: Time, kind: number): string {
  return (TICK_FORMATS[kind] ?? TICK_FORMATS[3]).format(Number(time) * 1000);
}
