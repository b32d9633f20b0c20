// What the package has of streams, for `index.ts`; and how the client's methods make them.

import type { Connection } from "./connection.ts";
import type { DecimalInput } from "./decimals.ts";
import { toWire } from "./decimals.ts";
import type { CandleInterval } from "./enums.ts";
import { OrderBookStream, OrdersStream, Stream, type StreamOptions } from "./stream.ts";
import { AccountState, FillState } from "./stream-account-states.ts";
import { streamCaller } from "./stream-caller.ts";
import type {
  AccountEvent,
  BboEvent,
  CandleEvent,
  Channel,
  FillEvent,
  TickerEvent,
  TradeEvent,
} from "./stream-events.ts";
import { BboState, BookState, CandleState, QueueState, TickerState, TradeState } from "./stream-market-states.ts";
import type { StreamMessage, StreamState } from "./stream-state.ts";
import { Subscription } from "./subscription.ts";

/** How a book is shown, and how often. */
export interface OrderBookStreamOptions extends StreamOptions {
  /** Best levels a side, 1 to 1000; all when left out. */
  readonly depth?: number | undefined;
  /** Levels added up to multiples of it, quote units. */
  readonly priceStep?: DecimalInput | undefined;
  /** Least time between two messages. */
  readonly intervalMs?: number | undefined;
}

export interface IntervalOptions extends StreamOptions {
  /** Least time between two messages. */
  readonly intervalMs?: number | undefined;
}

export interface TradeStreamOptions extends StreamOptions {
  readonly afterTradeId?: bigint | undefined;
}

export interface AccountStreamOptions extends StreamOptions {
  readonly afterSequence?: bigint | undefined;
}

/** A stream of some kind of events. */
export type EventStream<Event> = Stream<StreamMessage, Event>;

/** The streams of one connection. */
export class Streams {
  readonly #caller;

  constructor(connection: Connection) {
    this.#caller = streamCaller(connection);
  }

  orderBook(market: string, options: OrderBookStreamOptions = {}): OrderBookStream {
    const { depth, intervalMs } = options;
    const priceStep = options.priceStep === undefined ? undefined : toWire(options.priceStep, "priceStep");
    const channel = { kind: "orderBook", market, depth, priceStep, intervalMs } as const;
    return new OrderBookStream(this.#caller, new BookState(this.#caller.settings, channel), options);
  }

  orders(market: string, options: StreamOptions = {}): OrdersStream {
    return new OrdersStream(this.#caller, new QueueState(this.#caller.settings, { kind: "orders", market }), options);
  }

  bbo(market: string, options: IntervalOptions = {}): EventStream<BboEvent> {
    const { intervalMs } = options;
    return this.#stream(new BboState(this.#caller.settings, { kind: "bbo", market, intervalMs }), options);
  }

  ticker(market: string, options: IntervalOptions = {}): EventStream<TickerEvent> {
    const { intervalMs } = options;
    return this.#stream(new TickerState(this.#caller.settings, { kind: "ticker", market, intervalMs }), options);
  }

  trades(market: string, options: TradeStreamOptions = {}): EventStream<TradeEvent> {
    const { afterTradeId } = options;
    return this.#stream(new TradeState(this.#caller.settings, { kind: "trades", market, afterTradeId }), options);
  }

  candles(market: string, interval: CandleInterval, options: IntervalOptions = {}): EventStream<CandleEvent> {
    const channel = { kind: "candles", market, interval, intervalMs: options.intervalMs } as const;
    return this.#stream(new CandleState(this.#caller.settings, channel), options);
  }

  fills(options: AccountStreamOptions = {}): EventStream<FillEvent> {
    return this.#stream(new FillState(this.#caller.settings, options.afterSequence), options);
  }

  account(options: AccountStreamOptions = {}): EventStream<AccountEvent> {
    return this.#stream(new AccountState(this.#caller.settings, options.afterSequence), options);
  }

  subscribe(channels: readonly Channel[], options: StreamOptions = {}): Subscription {
    return new Subscription(this.#caller, channels, options);
  }

  #stream<Message extends StreamMessage, Event>(
    state: StreamState<Message, Event>,
    options: StreamOptions,
  ): EventStream<Event> {
    return new Stream(this.#caller, state as unknown as StreamState<StreamMessage, Event>, options);
  }
}
