// The streams of a market: how they are asked for, verified and resumed.
//
// Books, queues, BBO, ticker and candles start anew after a break, with a message that has everything; trades resume
// after the last one seen.

import type { MessageInitShape } from "@bufbuild/protobuf";

import { toWireOptional } from "./decimals.ts";
import { candleIntervals, sides } from "./enums.ts";
import { Gap } from "./errors.ts";
import { type BookTerms, LocalOrderBook } from "./local-order-book.ts";
import { LocalOrderQueues } from "./local-order-queues.ts";
import { present } from "./operations.ts";
import * as parse from "./parse-market-data.ts";
import type * as pb from "./proto.ts";
import type { StreamClients, StreamSettings } from "./stream-caller.ts";
import type {
  BboChannel,
  BboEvent,
  CandleEvent,
  CandlesChannel,
  OrderBookChannel,
  OrderBookEvent,
  OrdersChannel,
  OrdersEvent,
  TickerChannel,
  TickerEvent,
  TradeEvent,
  TradesChannel,
} from "./stream-events.ts";
import { Begin, Chain, type Step, type StreamMessage, StreamState } from "./stream-state.ts";
import { TextLevel, TextOrder, TextOrderChange } from "./text-level.ts";
import { timeNs, toDate, wholeMilliseconds } from "./times.ts";

/** What a Subscribe stream is asked for on one channel. */
export type ChannelSource = NonNullable<MessageInitShape<typeof pb.ChannelSchema>["source"]>;

/** A stream that can be a channel of a subscription, too. */
export abstract class ChannelState<Message extends StreamMessage, Event> extends StreamState<Message, Event> {
  /** Say what to ask for, from the present position; a connection begins with it. */
  abstract source(): ChannelSource;
}

/** Every connection starts with a snapshot, so a break loses only the way there. Every message is verified. */
export class BookState extends ChannelState<pb.StreamOrderBookResponse, OrderBookEvent> {
  book: LocalOrderBook | undefined;
  readonly #request;
  readonly #begin: Begin;

  constructor(settings: StreamSettings, channel: OrderBookChannel) {
    super(settings, undefined);
    const { market, depth = 0 } = channel;
    const priceStep = toWireOptional(channel.priceStep, "priceStep");
    this.#request = {
      market,
      view: { depth, priceStep, intervalMs: wholeMilliseconds(channel.intervalMs, "intervalMs") },
    };
    this.#begin = new Begin(market);
  }

  override get marketWanted(): string | undefined {
    return this.book === undefined ? this.#request.market : undefined;
  }

  override start(market: BookTerms): void {
    this.book = new LocalOrderBook(market);
  }

  override source(): ChannelSource {
    this.#begin.reset();
    return { case: "orderBook", value: this.#request };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamOrderBookResponse> {
    this.#begin.reset();
    return clients.marketData.streamOrderBook(this.#request, { signal });
  }

  protected override read({ event }: pb.StreamOrderBookResponse): Step<OrderBookEvent>[] {
    const book = this.book as LocalOrderBook;
    switch (event.case) {
      case "snapshot": {
        this.#begin.snapshot();
        const { market, sequence, checksum } = event.value;
        const snapshot = { market, sequence, checksum, ...levels(event.value) };
        book.applySnapshot(snapshot);
        return [{ event: { type: "snapshot", snapshot } }];
      }
      case "delta": {
        const { market, sequence, prevSequence, checksum } = event.value;
        const times = eventTimes(event.value);
        const delta = { market, sequence, prevSequence, checksum, ...levels(event.value), ...times };
        book.applyDelta(delta);
        return [{ event: { type: "delta", delta } }];
      }
      default:
        return [];
    }
  }
}

function levels(message: { bids: pb.PriceLevel[]; asks: pb.PriceLevel[] }) {
  const read = (level: pb.PriceLevel) => new TextLevel(level.price, level.quantity);
  return { bids: message.bids.map(read), asks: message.asks.map(read) };
}

function eventTimes(message: Pick<pb.OrderBookDelta, "eventTime" | "hops">) {
  const eventTimeNs = timeNs(message.eventTime);
  return { eventTime: toDate(eventTimeNs), eventTimeNs, hops: parse.hopTimes(message.hops) };
}

/** Every connection starts with a snapshot, so a break loses only the way there. Every message is verified. */
export class QueueState extends ChannelState<pb.StreamOrdersResponse, OrdersEvent> {
  queues: LocalOrderQueues | undefined;
  readonly #market: string;
  readonly #begin: Begin;

  constructor(settings: StreamSettings, channel: OrdersChannel) {
    super(settings, undefined);
    this.#market = channel.market;
    this.#begin = new Begin(channel.market);
  }

  override get marketWanted(): string | undefined {
    return this.queues === undefined ? this.#market : undefined;
  }

  override start(market: BookTerms): void {
    this.queues = new LocalOrderQueues(market);
  }

  override source(): ChannelSource {
    this.#begin.reset();
    return { case: "orders", value: { market: this.#market } };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamOrdersResponse> {
    this.#begin.reset();
    return clients.marketData.streamOrders({ market: this.#market }, { signal });
  }

  protected override read({ event }: pb.StreamOrdersResponse): Step<OrdersEvent>[] {
    const queues = this.queues as LocalOrderQueues;
    switch (event.case) {
      case "snapshot": {
        this.#begin.snapshot();
        const { market, sequence, checksum } = event.value;
        const [bids, asks] = [event.value.bids.map(bookOrder), event.value.asks.map(bookOrder)];
        const snapshot = { market, bids, asks, sequence, checksum };
        queues.applySnapshot(snapshot);
        return [{ event: { type: "snapshot", snapshot } }];
      }
      case "delta": {
        const { market, sequence, prevSequence, checksum } = event.value;
        const changes = event.value.changes.map(
          ({ orderId, side, price, quantity, queued }) =>
            new TextOrderChange(orderId, sides.fromWire(side), price, quantity, queued),
        );
        const times = eventTimes(event.value);
        const delta = { market, changes, sequence, prevSequence, checksum, ...times };
        queues.applyDelta(delta);
        return [{ event: { type: "delta", delta } }];
      }
      default:
        return [];
    }
  }
}

function bookOrder(message: { orderId: bigint; price: string; quantity: string }): TextOrder {
  return new TextOrder(message.orderId, message.price, message.quantity);
}

/**
 * Of streams whose messages stand for themselves, the newest first: a break loses only the way to it. They are verified
 * to be a chain all the same, so that an old one never passes for the newest.
 */
abstract class NewestState<Message extends StreamMessage, Event> extends ChannelState<Message, Event> {
  protected readonly chain: Chain;

  constructor(settings: StreamSettings, market: string) {
    super(settings, undefined);
    this.chain = new Chain(market);
  }

  /** The first message of a connection follows 0. */
  protected beginChain(): void {
    this.chain.begin(0n);
  }
}

/** The best bid and offer. */
export class BboState extends NewestState<pb.StreamBboResponse, BboEvent> {
  readonly #request;

  constructor(settings: StreamSettings, { market, intervalMs }: BboChannel) {
    super(settings, market);
    this.#request = { market, intervalMs: wholeMilliseconds(intervalMs, "intervalMs") };
  }

  override source(): ChannelSource {
    this.beginChain();
    return { case: "bbo", value: this.#request };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamBboResponse> {
    this.beginChain();
    return clients.marketData.streamBbo(this.#request, { signal });
  }

  protected override read({ event }: pb.StreamBboResponse): Step<BboEvent>[] {
    if (event.case !== "update") return [];
    const { prevSequence, hops } = event.value;
    const bbo = parse.bbo(present(event.value.bbo, "best prices"), parse.hopTimes(hops));
    this.chain.link(prevSequence, bbo.sequence);
    return [{ event: { type: "bbo", bbo } }];
  }
}

/** The ticker. */
export class TickerState extends NewestState<pb.StreamTickerResponse, TickerEvent> {
  readonly #request;

  constructor(settings: StreamSettings, { market, intervalMs }: TickerChannel) {
    super(settings, market);
    this.#request = { market, intervalMs: wholeMilliseconds(intervalMs, "intervalMs") };
  }

  override source(): ChannelSource {
    this.beginChain();
    return { case: "ticker", value: this.#request };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamTickerResponse> {
    this.beginChain();
    return clients.marketData.streamTicker(this.#request, { signal });
  }

  protected override read({ event }: pb.StreamTickerResponse): Step<TickerEvent>[] {
    if (event.case !== "update") return [];
    const { prevSequence, hops } = event.value;
    const ticker = parse.ticker(present(event.value.ticker, "ticker"), parse.hopTimes(hops));
    this.chain.link(prevSequence, ticker.sequence);
    return [{ event: { type: "ticker", ticker } }];
  }
}

/** The candles of one interval that change. */
export class CandleState extends NewestState<pb.StreamCandlesResponse, CandleEvent> {
  readonly #request;

  constructor(settings: StreamSettings, { market, interval, intervalMs }: CandlesChannel) {
    super(settings, market);
    this.#request = {
      market,
      interval: candleIntervals.toWire(interval),
      intervalMs: wholeMilliseconds(intervalMs, "intervalMs"),
    };
  }

  override source(): ChannelSource {
    this.beginChain();
    return { case: "candles", value: this.#request };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamCandlesResponse> {
    this.beginChain();
    return clients.marketData.streamCandles(this.#request, { signal });
  }

  protected override read({ event }: pb.StreamCandlesResponse): Step<CandleEvent>[] {
    if (event.case !== "candles") return [];
    this.chain.link(event.value.prevSequence, event.value.sequence);
    return parse.candles(event.value).map((candle) => ({ event: { type: "candle", candle } }));
  }
}

/** Resumes after the last trade seen, or the last one before the stream, which its first heartbeat tells. */
export class TradeState extends ChannelState<pb.StreamTradesResponse, TradeEvent> {
  readonly #market: string;

  constructor(settings: StreamSettings, channel: TradesChannel) {
    super(settings, channel.afterTradeId);
    this.#market = channel.market;
  }

  #request() {
    return { market: this.#market, ...(this.position !== undefined && { afterTradeId: this.position }) };
  }

  override source(): ChannelSource {
    return { case: "trades", value: this.#request() };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamTradesResponse> {
    return clients.marketData.streamTrades(this.#request(), { signal });
  }

  protected override read(message: pb.StreamTradesResponse): Step<TradeEvent>[] {
    const steps: Step<TradeEvent>[] = [];
    let last = this.position;
    const trades = message.event.case === "trades" ? parse.trades(message.event.value) : [];
    for (const trade of trades) {
      if (last !== undefined && trade.tradeId !== last + 1n) {
        throw new Gap(`${this.#market}: trade ${trade.tradeId} does not follow ${last}`);
      }
      last = trade.tradeId;
      steps.push({ event: { type: "trade", trade }, position: last });
    }
    const told = message.lastTradeId;
    if (told !== undefined) {
      if (last !== undefined && told !== last) {
        throw new Gap(`${this.#market}: trades up to ${told} were sent, and ${last} is the last one seen`);
      }
      last = told;
    }
    this.position = last;
    return steps;
  }
}
