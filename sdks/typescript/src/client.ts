// The client: every call of the exchange as a method, and its streams.

import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AdminCalls } from "./admin-calls.ts";
import { type CallOptions, type ClientOptions, Connection } from "./connection.ts";
import type { CandleInterval } from "./enums.ts";
import { checkHealth, type HealthStatus } from "./health.ts";
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

/**
 * The exchange, over gRPC-Web: for browsers, and for Node where only the gateway is reachable.
 *
 * Every call takes `signal`, which aborts it, and `timeoutMs`, what it may take with all its retries. Calls are repeated
 * when that is safe: reads, cancels, amends (their terms are absolute), the dead-man's switch, and orders and credits with a
 * key, which they get unless told otherwise. A mutation that was sent and not answered throws OutcomeUnknown. Everything
 * that is thrown about the exchange is an ExchangeError (the tree stands on top of errors.ts).
 */
export class ExchangeClient extends AdminCalls {
  /** What the parts of the SDK need to make calls of their own. */
  override readonly connection: Connection;
  readonly #streams: Streams;

  /** Throws a RangeError for an address that is none, and for a key in plaintext over a network. */
  constructor(options: ClientOptions = {}) {
    super();
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

  /** Ask whether the exchange takes calls: as a whole, or one `service` by its full name. */
  checkHealth(options: CallOptions & { service?: string } = {}): Promise<HealthStatus> {
    return this.connection.call(checkHealth(options.service ?? ""), options);
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
}
