// Market data: books, the orders in them, trades, candles and tickers.
//
// Plain immutable objects. Amounts are Decimal; times are Dates (milliseconds, rounded down) with the exact nanoseconds
// since 1970 beside them (`tradeTime`, `tradeTimeNs`); what there is not is undefined.

import type { Decimal } from "./decimals.ts";
import type { CandleInterval, MarketStatus, Side } from "./enums.ts";

/** One price of one side: quote units per base unit, and the sum of open quantities in base units. */
export interface PriceLevel {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

/**
 * Where the time went between a request and a stream: nanoseconds since 1970 by the exchange's clock, 0 when not known.
 *
 * Received: read and checked, in the queue; sequenced: it got its sequence; durable: on disk; published: the message was
 * made. The durations between them are milliseconds, undefined when an end is not known.
 */
export interface HopTimes {
  readonly receivedNs: bigint;
  readonly sequencedNs: bigint;
  readonly durableNs: bigint;
  readonly publishedNs: bigint;
  readonly queuedMs: number | undefined;
  readonly toDiskMs: number | undefined;
  readonly toPublishMs: number | undefined;
  readonly totalMs: number | undefined;
}

/** The levels of a market after one sequence, the best of each side first. */
export interface OrderBook {
  readonly market: string;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
  readonly sequence: bigint;
  readonly checksum: number;
}

/** What changed in a book: levels with their new absolute quantity, 0 for one that is gone. */
export interface OrderBookDelta {
  readonly market: string;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
  readonly sequence: bigint;
  readonly prevSequence: bigint;
  readonly checksum: number;
  readonly eventTime: Date;
  readonly eventTimeNs: bigint;
  readonly hops: HopTimes | undefined;
}

/** A trade as everybody sees it. Ids are dense within the market. In an auction nobody takes: no `takerSide`. */
export interface Trade {
  readonly tradeId: bigint;
  readonly market: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly takerSide: Side | undefined;
  readonly tradeTime: Date;
  readonly tradeTimeNs: bigint;
  readonly sequence: bigint;
  readonly hops: HopTimes | undefined;
}

/** Best bid and offer after one sequence; undefined for an empty side. `spread` and `mid` are quote units. */
export interface Bbo {
  readonly market: string;
  readonly bid: PriceLevel | undefined;
  readonly ask: PriceLevel | undefined;
  readonly spread: Decimal | undefined;
  readonly mid: Decimal | undefined;
  readonly sequence: bigint;
  readonly eventTime: Date;
  readonly eventTimeNs: bigint;
  readonly hops: HopTimes | undefined;
}

/**
 * A market at a glance: the last trade, the trades since `windowStartTime` (24 hours), the best levels, what it accepts.
 *
 * Prices are quote units per base unit and undefined when there is none; `volume` is base units, `quoteVolume` quote units.
 * The window is shorter only while the exchange does not know the older trades. `change`: last price − open price, quote
 * units; `changePercent`: the same in percent of the open price, to two decimals. `status` is undefined of an exchange that
 * does not tell it yet.
 */
export interface Ticker {
  readonly market: string;
  readonly lastPrice: Decimal | undefined;
  readonly lastQuantity: Decimal | undefined;
  readonly lastTradeTime: Date | undefined;
  readonly lastTradeTimeNs: bigint | undefined;
  readonly openPrice: Decimal | undefined;
  readonly highPrice: Decimal | undefined;
  readonly lowPrice: Decimal | undefined;
  readonly volume: Decimal;
  readonly quoteVolume: Decimal;
  readonly tradeCount: bigint;
  readonly windowStartTime: Date;
  readonly windowStartTimeNs: bigint;
  readonly bid: PriceLevel | undefined;
  readonly ask: PriceLevel | undefined;
  readonly change: Decimal | undefined;
  readonly changePercent: Decimal | undefined;
  readonly status: MarketStatus | undefined;
  readonly sequence: bigint;
  readonly eventTime: Date;
  readonly eventTimeNs: bigint;
  readonly hops: HopTimes | undefined;
}

/**
 * The trades of one interval, from `openTime` until `closeTime`, when the next one opens.
 *
 * Prices are quote units per base unit, `volume` base units, `quoteVolume` quote units. `tradeCount` is 0 when it only
 * fills a gap. `closed`: its interval is over, so that it does not change any more.
 */
export interface Candle {
  readonly market: string;
  readonly interval: CandleInterval;
  readonly openTime: Date;
  readonly openTimeNs: bigint;
  readonly closeTime: Date;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly quoteVolume: Decimal;
  readonly tradeCount: bigint;
  readonly closed: boolean;
  readonly hops: HopTimes | undefined;
}

/** A resting order as everybody sees it: its shown quantity in base units, and nothing of whose it is. */
export interface BookOrder {
  readonly orderId: bigint;
  readonly price: Decimal;
  readonly quantity: Decimal;
}

/** All resting orders of a market after one sequence: best price first, and of one price what trades first first. */
export interface OrderQueues {
  readonly market: string;
  readonly bids: readonly BookOrder[];
  readonly asks: readonly BookOrder[];
  readonly sequence: bigint;
  readonly checksum: number;
}

/**
 * What happened to one resting order: its price and shown quantity as they are now; quantity 0 when it is gone.
 *
 * `queued`: it stands at the end of its price's queue now (new, moved, or a refilled iceberg); else it keeps its place.
 */
export interface BookOrderChange {
  readonly orderId: bigint;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly queued: boolean;
}

/** What changed in the queues, in the order in which it happened. */
export interface OrderQueuesDelta {
  readonly market: string;
  readonly changes: readonly BookOrderChange[];
  readonly sequence: bigint;
  readonly prevSequence: bigint;
  readonly checksum: number;
  readonly eventTime: Date;
  readonly eventTimeNs: bigint;
  readonly hops: HopTimes | undefined;
}
