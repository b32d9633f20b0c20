// What streams tell: one discriminated union a kind of stream. Notices of breaks stand among the events.

import type { CandleInterval } from "./enums.ts";
import type { ExchangeError } from "./errors.ts";
import type {
  Bbo,
  Candle,
  OrderBook,
  OrderBookDelta,
  OrderQueues,
  OrderQueuesDelta,
  Ticker,
  Trade,
} from "./market-models.ts";
import type { AccountSnapshot, AccountUpdate } from "./models.ts";
import type { Fill } from "./order-models.ts";
import type { TextLevel } from "./text-level.ts";

/** A stream had broken and goes on; nothing is missing. `cause`: how it broke. */
export interface Reconnected {
  readonly type: "reconnected";
  readonly cause: ExchangeError;
  readonly attempts: number;
}

/**
 * A stream had broken and starts anew: what happened in between is missing. `cause`: how it broke (Gap,
 * ChecksumMismatch, Unavailable, …). On streams with snapshots one follows, and only the way there is missing.
 */
export interface Resynced {
  readonly type: "resynced";
  readonly cause: ExchangeError;
  readonly attempts: number;
}

export type Notice = Reconnected | Resynced;

/** The levels of a market's book as the stream shows it. */
export interface StreamedBook extends OrderBook {
  readonly bids: readonly TextLevel[];
  readonly asks: readonly TextLevel[];
}

/** What changed in a book. */
export interface StreamedBookDelta extends OrderBookDelta {
  readonly bids: readonly TextLevel[];
  readonly asks: readonly TextLevel[];
}

export type OrderBookEvent =
  | { readonly type: "snapshot"; readonly snapshot: StreamedBook }
  | { readonly type: "delta"; readonly delta: StreamedBookDelta }
  | Resynced;

export type OrdersEvent =
  | { readonly type: "snapshot"; readonly snapshot: OrderQueues }
  | { readonly type: "delta"; readonly delta: OrderQueuesDelta }
  | Resynced;

export type BboEvent = { readonly type: "bbo"; readonly bbo: Bbo } | Resynced;

export type TickerEvent = { readonly type: "ticker"; readonly ticker: Ticker } | Resynced;

export type CandleEvent = { readonly type: "candle"; readonly candle: Candle } | Resynced;

export type TradeEvent = { readonly type: "trade"; readonly trade: Trade } | Notice;

export type FillEvent = { readonly type: "fill"; readonly fill: Fill } | Notice;

export type AccountEvent =
  | { readonly type: "snapshot"; readonly snapshot: AccountSnapshot }
  | { readonly type: "update"; readonly update: AccountUpdate }
  | Notice;

/** A channel of a subscription ended and does not come back; the others go on. Never of one that its reader removed. */
export interface ChannelClosed {
  readonly type: "closed";
  readonly cause: ExchangeError;
}

/** A market's book; the options are those of `streamOrderBook`. */
export interface OrderBookChannel {
  readonly kind: "orderBook";
  readonly market: string;
  /** Best levels a side, 1 to 1000; all when left out. */
  readonly depth?: number | undefined;
  /** Levels added up to multiples of it, quote units, as plain text. */
  readonly priceStep?: string | undefined;
  /** Least time between two messages. */
  readonly intervalMs?: number | undefined;
}

/** A market's book order by order (L3). */
export interface OrdersChannel {
  readonly kind: "orders";
  readonly market: string;
}

/** A market's best bid and offer. */
export interface BboChannel {
  readonly kind: "bbo";
  readonly market: string;
  readonly intervalMs?: number | undefined;
}

/** A market's ticker. */
export interface TickerChannel {
  readonly kind: "ticker";
  readonly market: string;
  readonly intervalMs?: number | undefined;
}

/** A market's trades, from the next one, or after the given one. */
export interface TradesChannel {
  readonly kind: "trades";
  readonly market: string;
  readonly afterTradeId?: bigint | undefined;
}

/** A market's candles of one length; `intervalMs`: the least time between two messages. */
export interface CandlesChannel {
  readonly kind: "candles";
  readonly market: string;
  readonly interval: CandleInterval;
  readonly intervalMs?: number | undefined;
}

/** The caller's account, from a snapshot, or after the given sequence. */
export interface AccountChannel {
  readonly kind: "account";
  readonly afterSequence?: bigint | undefined;
}

/** The caller's fills, from the next one, or after the given sequence. */
export interface FillsChannel {
  readonly kind: "fills";
  readonly afterSequence?: bigint | undefined;
}

/** What a subscription can follow, with the options that the stream of its own takes. */
export type Channel =
  | OrderBookChannel
  | OrdersChannel
  | BboChannel
  | TickerChannel
  | TradesChannel
  | CandlesChannel
  | AccountChannel
  | FillsChannel;

/** Any event of a stream or channel. */
export type AnyEvent = ChannelEvent["event"];

/** One event of a subscription, and the channel that it is of: the object that was passed to `subscribe` or `add`. */
export type ChannelEvent =
  | { readonly channel: OrderBookChannel; readonly event: OrderBookEvent | ChannelClosed }
  | { readonly channel: OrdersChannel; readonly event: OrdersEvent | ChannelClosed }
  | { readonly channel: BboChannel; readonly event: BboEvent | ChannelClosed }
  | { readonly channel: TickerChannel; readonly event: TickerEvent | ChannelClosed }
  | { readonly channel: TradesChannel; readonly event: TradeEvent | ChannelClosed }
  | { readonly channel: CandlesChannel; readonly event: CandleEvent | ChannelClosed }
  | { readonly channel: AccountChannel; readonly event: AccountEvent | ChannelClosed }
  | { readonly channel: FillsChannel; readonly event: FillEvent | ChannelClosed };

/** Return what tells channels apart: two objects that ask for the same are the same channel. */
export function channelKey(channel: Channel): string {
  const fields = Object.entries(channel).filter(([, value]) => value !== undefined);
  return JSON.stringify(fields.sort(), (_, value) => (typeof value === "bigint" ? `${value}` : value));
}
