// The unary calls of market data. Lists are told which page by its token.

import { type CandleInterval, candleIntervals, type NameInput } from "./enums.ts";
import type { Candle, OrderBook, Ticker, Trade } from "./market-models.ts";
import type { Asset, Market } from "./models.ts";
import { type Listed, listed, type Operation, page, present, read } from "./operations.ts";
import * as parse from "./parse.ts";
import * as parseMarketData from "./parse-market-data.ts";
import { MarketDataService } from "./proto.ts";
import { type TimeInput, toTimestampOptional } from "./times.ts";

const { method } = MarketDataService;

/** From `start` on and before `end`, as far as they are given. */
export interface TimeRange {
  readonly start?: TimeInput;
  readonly end?: TimeInput;
}

/** Which page of a list, and how large. */
export interface PageOptions {
  /** Items a page, 1 to 1000 (candles 5000); 100 (candles 500) by default. */
  readonly pageSize?: number;
  /** Where to begin: a `nextPageToken` of an answer before. */
  readonly pageToken?: string;
}

export interface CandleOptions extends TimeRange, PageOptions {
  /** Put a candle where nothing was traded: all prices the close before it, quantity 0. */
  readonly fillGaps?: boolean;
}

export function listAssets(): Operation<Asset[]> {
  return read(method.listAssets, {}, (answer) => answer.assets.map(parse.asset));
}

export function listMarkets(): Operation<Market[]> {
  return read(method.listMarkets, {}, (answer) => answer.markets.map(parse.market));
}

export function getMarket(market: string): Operation<Market> {
  return read(method.getMarket, { market }, (answer) => parse.market(present(answer.market, "market")));
}

export function getOrderBook(market: string, depth: number): Operation<OrderBook> {
  return read(method.getOrderBook, { market, depth }, (answer) =>
    parseMarketData.orderBook(present(answer.orderBook, "book")),
  );
}

export function getTicker(market: string): Operation<Ticker> {
  return read(method.getTicker, { market }, (answer) => parseMarketData.ticker(present(answer.ticker, "ticker")));
}

export function listTrades(market: string, options: TimeRange & PageOptions): Listed<Trade> {
  const request = { market, pageSize: options.pageSize ?? 0, ...range(options) };
  return listed(method.listTrades, request, (answer) =>
    page(answer.trades, (each) => parseMarketData.trade(each), answer.nextPageToken),
  );
}

export function listCandles(
  market: string,
  interval: CandleInterval | NameInput<keyof typeof CandleInterval>,
  options: CandleOptions,
): Listed<Candle> {
  const { pageSize = 0, fillGaps = false } = options;
  const request = { market, interval: candleIntervals.toWire(interval), fillGaps, pageSize, ...range(options) };
  return listed(method.listCandles, request, (answer) =>
    page(answer.candles, (each) => parseMarketData.candle(each), answer.nextPageToken),
  );
}

/** Write a range of times; what is not given stays unset. */
export function range({ start, end }: TimeRange) {
  return { startTime: toTimestampOptional(start, "start"), endTime: toTimestampOptional(end, "end") };
}
