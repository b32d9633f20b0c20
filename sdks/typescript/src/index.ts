// The exchange's SDK for TypeScript: what browsers and Node have in common.

export type {
  AccountOption,
  EquityOptions,
  FillListOptions,
  LedgerListOptions,
  NewApiKey,
  QuoteAssetOption,
} from "./account-operations.ts";
export type {
  NewCredit,
  NewMarket,
  PerformanceOptions,
  ProtectionInput,
  ValidateOption,
} from "./admin-operations.ts";
export { ExchangeClient } from "./client.ts";
export type { CallOptions, ClientOptions } from "./connection.ts";
export { Decimal, type DecimalInput } from "./decimals.ts";
export {
  CancelReplaceMode,
  CandleInterval,
  CloseReason,
  intervalMs,
  LedgerEntryKind,
  Liquidity,
  MarketStatus,
  type NameInput,
  OrderStatus,
  OrderType,
  PegReference,
  RejectReason,
  Scope,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "./enums.ts";
export {
  AlreadyExists,
  BookOutOfSync,
  ChecksumMismatch,
  DeadlineExceeded,
  ExchangeError,
  Gap,
  InsufficientFunds,
  InvalidOrder,
  InvalidRequest,
  MarketClosed,
  NotFound,
  OrderClosed,
  OrderRejected,
  OutcomeUnknown,
  OutOfRange,
  Overloaded,
  PermissionDenied,
  PostOnlyWouldCross,
  PriceOutsideBand,
  QuantityNotAboveFilled,
  RateLimited,
  SequenceInFuture,
  SequenceTooOld,
  StreamTooSlow,
  TooManyOpenOrders,
  Unauthenticated,
  Unavailable,
  UnexpectedAnswer,
  WouldTriggerImmediately,
} from "./errors.ts";
export type { HealthStatus } from "./health.ts";
export { type BookTerms, bookChecksum, groupLevels, LocalOrderBook } from "./local-order-book.ts";
export { LocalOrderQueues, type QueuePosition, queueChecksum } from "./local-order-queues.ts";
export type * from "./market-models.ts";
export type { CandleOptions, PageOptions, TimeRange } from "./market-operations.ts";
export type * from "./models.ts";
export type * from "./order-items.ts";
export type * from "./order-models.ts";
export { orThrow } from "./order-models.ts";
export { newKey } from "./order-requests.ts";
export { Pages } from "./pages.ts";
export type { RetryPolicy } from "./retry.ts";
export type { StatusCode } from "./status-codes.ts";
export { type OrderBookStream, type OrdersStream, Stream, type StreamOptions, type StreamStatus } from "./stream.ts";
export type {
  AccountChannel,
  AccountEvent,
  AnyEvent,
  BboChannel,
  BboEvent,
  CandleEvent,
  CandlesChannel,
  Channel,
  ChannelClosed,
  ChannelEvent,
  FillEvent,
  FillsChannel,
  Notice,
  OrderBookChannel,
  OrderBookEvent,
  OrdersChannel,
  OrdersEvent,
  Reconnected,
  Resynced,
  TickerChannel,
  TickerEvent,
  TradeEvent,
  TradesChannel,
} from "./stream-events.ts";
export type {
  AccountStreamOptions,
  EventStream,
  IntervalOptions,
  OrderBookStreamOptions,
  TradeStreamOptions,
} from "./streams.ts";
export { Subscription } from "./subscription.ts";
export { TextLevel, TextOrder } from "./text-level.ts";
export type { TimeInput } from "./times.ts";
