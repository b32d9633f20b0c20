// The client: every call of the exchange as a method.

import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { type CallOptions, type ClientOptions, Connection } from "./connection.ts";
import type { CandleInterval } from "./enums.ts";
import type { Candle, OrderBook, Ticker, Trade } from "./market-models.ts";
import * as marketData from "./market-operations.ts";
import type { Asset, Market } from "./models.ts";
import type { Listed } from "./operations.ts";
import { Pages } from "./pages.ts";
import type { OrderBookStream, OrdersStream, StreamOptions } from "./stream.ts";
import type {
  AccountEvent,
  BboEvent,
  CandleEvent,
  Channel,
  FillEvent,
  TickerEvent,
  TradeEvent,
} from "./stream-events.ts";
import {
  type AccountStreamOptions,
  type EventStream,
  type IntervalOptions,
  type OrderBookStreamOptions,
  Streams,
  type TradeStreamOptions,
} from "./streams.ts";
import type { Subscription } from "./subscription.ts";

export class ExchangeClient {
  /** What the parts of the SDK need to make calls of their own. */
  readonly connection: Connection;
  readonly #streams: Streams;

  constructor(options: ClientOptions = {}) {
    this.connection = this.connect(options);
    this.#streams = new Streams(this.connection);
  }

  protected connect(options: ClientOptions): Connection {
    const baseUrl = options.baseUrl ?? globalThis.location?.origin ?? "";
    return new Connection(baseUrl, options, (transport) => createGrpcWebTransport(transport));
  }

  /** End every call and stream. */
  close(): void {
    this.connection.close();
  }

  // ---------------------------------------------------------------- market data

  /** List all assets, by name. */
  listAssets(options?: CallOptions): Promise<Asset[]> {
    return this.connection.call(marketData.listAssets(), options);
  }

  /** List all markets, by name. */
  listMarkets(options?: CallOptions): Promise<Market[]> {
    return this.connection.call(marketData.listMarkets(), options);
  }

  /** Get one market. Throws NotFound. */
  getMarket(market: string, options?: CallOptions): Promise<Market> {
    return this.connection.call(marketData.getMarket(market), options);
  }

  /** Get the order book of one market, best levels first: `depth` levels a side, 1 to 5000, 100 by default. */
  getOrderBook(market: string, options: CallOptions & { depth?: number } = {}): Promise<OrderBook> {
    return this.connection.call(marketData.getOrderBook(market, options.depth ?? 0), options);
  }

  /** Get the last price, the best levels and the last 24 hours of one market. */
  getTicker(market: string, options?: CallOptions): Promise<Ticker> {
    return this.connection.call(marketData.getTicker(market), options);
  }

  /** List the trades of one market, newest first, from `start` on and before `end`. */
  listTrades(market: string, options: marketData.TimeRange & marketData.PageOptions & CallOptions = {}): Pages<Trade> {
    return this.#pages(marketData.listTrades(market, options), options);
  }

  /**
   * List the candles of one market, oldest first; the newest one is as it is now. Without `start` it is one page of the
   * newest.
   */
  listCandles(
    market: string,
    interval: CandleInterval,
    options: marketData.CandleOptions & CallOptions = {},
  ): Pages<Candle> {
    return this.#pages(marketData.listCandles(market, interval, options), options);
  }

  // ---------------------------------------------------------------- streams

  /**
   * Follow the order book: a snapshot, then deltas; `stream.book` is kept in step and verified. After a gap, a wrong
   * checksum or a lost connection come `resynced` and a new snapshot. Throws NotFound.
   */
  streamOrderBook(market: string, options?: OrderBookStreamOptions): OrderBookStream {
    return this.#streams.orderBook(market, options);
  }

  /**
   * Follow the book order by order (L3): a snapshot, then deltas; `stream.queues` is kept in step and verified. After a
   * gap, a wrong checksum or a lost connection come `resynced` and a new snapshot. Throws NotFound.
   */
  streamOrders(market: string, options?: StreamOptions): OrdersStream {
    return this.#streams.orders(market, options);
  }

  /** Follow the best bid and offer: as it is now, then every change. Throws NotFound. */
  streamBbo(market: string, options?: IntervalOptions): EventStream<BboEvent> {
    return this.#streams.bbo(market, options);
  }

  /** Follow the ticker: as it is now, then every change, and at least once a minute. Throws NotFound. */
  streamTicker(market: string, options?: IntervalOptions): EventStream<TickerEvent> {
    return this.#streams.ticker(market, options);
  }

  /** Follow the candles of one length: the current one, if there is one, then each change until it is closed. Throws NotFound. */
  streamCandles(market: string, interval: CandleInterval, options?: IntervalOptions): EventStream<CandleEvent> {
    return this.#streams.candles(market, interval, options);
  }

  /**
   * Follow the trades of one market, none left out; from the next one, or after `afterTradeId`.
   *
   * Yields `reconnected` after a break that lost nothing, `resynced` after one that may have. Throws NotFound, and
   * SequenceTooOld when what lies after the given trade is no longer kept.
   */
  streamTrades(market: string, options?: TradeStreamOptions): EventStream<TradeEvent> {
    return this.#streams.trades(market, options);
  }

  /**
   * Follow the account's fills, none left out; from the next one, or after `afterSequence`.
   *
   * Yields `reconnected` after a break that lost nothing, `resynced` after one that may have (`listFills` has what is
   * missing). Throws SequenceTooOld when what lies after the given sequence is no longer kept.
   */
  streamFills(options?: AccountStreamOptions): EventStream<FillEvent> {
    return this.#streams.fills(options);
  }

  /**
   * Follow the account: a snapshot, then every update; resumed after a sequence only the updates.
   *
   * Yields `reconnected` after a break that lost nothing; `resynced` and a new snapshot after one that did. Throws
   * SequenceTooOld when what lies after the given sequence is no longer kept.
   */
  streamAccount(options?: AccountStreamOptions): EventStream<AccountEvent> {
    return this.#streams.account(options);
  }

  /**
   * Follow many channels on one stream, up to 100; `add` and `remove` change them while it runs. Those of the account and
   * its fills need a key. Throws RangeError for one that is named twice.
   */
  subscribe(channels: readonly Channel[], options?: StreamOptions): Subscription {
    return this.#streams.subscribe(channels, options);
  }

  #pages<Item>(list: Listed<Item>, options: CallOptions & marketData.PageOptions): Pages<Item> {
    return new Pages((pageToken) => this.connection.call(list(pageToken), options), options.pageToken);
  }
}
