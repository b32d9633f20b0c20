// The contract's enums by name, without its prefixes: constants with string values, and a union type of the same name.

import type { DescEnum } from "@bufbuild/protobuf";
import * as pb from "./proto.ts";

/** An enum as a caller may give it: in capital letters as its constants are, or in small ones. */
export type NameInput<Name extends string> = Name | Lowercase<Name>;

/** Which side of the book an order is on. */
export const Side = {
  BUY: "BUY",
  SELL: "SELL",
} as const;
export type Side = (typeof Side)[keyof typeof Side];

/** How an order is priced, and whether it waits for a trigger. */
export const OrderType = {
  LIMIT: "LIMIT",
  MARKET: "MARKET",
  STOP_MARKET: "STOP_MARKET",
  STOP_LIMIT: "STOP_LIMIT",
  TAKE_PROFIT_MARKET: "TAKE_PROFIT_MARKET",
  TAKE_PROFIT_LIMIT: "TAKE_PROFIT_LIMIT",
  TRAILING_STOP: "TRAILING_STOP",
  PEGGED: "PEGGED",
} as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

/** How long an order stays active: good till canceled, immediate or cancel, fill or kill, good till time. */
export const TimeInForce = {
  GTC: "GTC",
  IOC: "IOC",
  FOK: "FOK",
  GTT: "GTT",
} as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** What happens when an order arrives and meets a resting order of the same owner. Instead of a trade, always. */
export const SelfTradePrevention = {
  EXPIRE_MAKER: "EXPIRE_MAKER",
  EXPIRE_TAKER: "EXPIRE_TAKER",
  EXPIRE_BOTH: "EXPIRE_BOTH",
  DECREMENT: "DECREMENT",
} as const;
export type SelfTradePrevention = (typeof SelfTradePrevention)[keyof typeof SelfTradePrevention];

/** What the price of a pegged order follows: the best price of its own side, the middle, or of the other side. */
export const PegReference = {
  OWN: "OWN",
  MID: "MID",
  OPPOSITE: "OPPOSITE",
} as const;
export type PegReference = (typeof PegReference)[keyof typeof PegReference];

/** What happens to the new order when the old one cannot be canceled: not placed, or placed all the same. */
export const CancelReplaceMode = {
  STOP_ON_FAILURE: "STOP_ON_FAILURE",
  ALLOW_FAILURE: "ALLOW_FAILURE",
} as const;
export type CancelReplaceMode = (typeof CancelReplaceMode)[keyof typeof CancelReplaceMode];

/** What has become of an order. Canceled and expired ones may be partly filled. */
export const OrderStatus = {
  OPEN: "OPEN",
  FILLED: "FILLED",
  CANCELED: "CANCELED",
  EXPIRED: "EXPIRED",
  PENDING_TRIGGER: "PENDING_TRIGGER",
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

/** Why an order was canceled or expired. */
export const CloseReason = {
  CANCELED_BY_OWNER: "CANCELED_BY_OWNER",
  CANCELED_BY_OPERATOR: "CANCELED_BY_OPERATOR",
  NO_LIQUIDITY: "NO_LIQUIDITY",
  NOT_FILLABLE: "NOT_FILLABLE",
  SELF_TRADE: "SELF_TRADE",
  QUOTE_AMOUNT_TOO_SMALL: "QUOTE_AMOUNT_TOO_SMALL",
  EXPIRE_TIME: "EXPIRE_TIME",
  CANCEL_ALL_AFTER: "CANCEL_ALL_AFTER",
  DISCONNECTED: "DISCONNECTED",
  PRICE_PROTECTION: "PRICE_PROTECTION",
  TRIGGER_REFUSED: "TRIGGER_REFUSED",
  ORDER_LIST: "ORDER_LIST",
} as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

/** Whether a fill had provided liquidity or took it; in an auction nobody takes. */
export const Liquidity = {
  MAKER: "MAKER",
  TAKER: "TAKER",
  AUCTION: "AUCTION",
} as const;
export type Liquidity = (typeof Liquidity)[keyof typeof Liquidity];

/** What a market accepts: everything, post-only orders and cancels, cancels, nothing, orders for an auction. */
export const MarketStatus = {
  OPEN: "OPEN",
  POST_ONLY: "POST_ONLY",
  CANCEL_ONLY: "CANCEL_ONLY",
  HALTED: "HALTED",
  AUCTION: "AUCTION",
} as const;
export type MarketStatus = (typeof MarketStatus)[keyof typeof MarketStatus];

/** Length of a candle. Candles begin at whole multiples of it. */
export const CandleInterval = {
  SECOND_1: "1s",
  MINUTE_1: "1m",
  MINUTE_5: "5m",
  MINUTE_15: "15m",
  HOUR_1: "1h",
  HOUR_4: "4h",
  DAY_1: "1d",
} as const;
export type CandleInterval = (typeof CandleInterval)[keyof typeof CandleInterval];

/** What an API key may do. */
export const Scope = {
  READ: "READ",
  TRADE: "TRADE",
  ADMIN: "ADMIN",
} as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

/** Why a balance changed. */
export const LedgerEntryKind = {
  CREDIT: "CREDIT",
  TRADE: "TRADE",
  FEE: "FEE",
} as const;
export type LedgerEntryKind = (typeof LedgerEntryKind)[keyof typeof LedgerEntryKind];

/** Why a request was refused; the contract's comments say more. */
export const RejectReason = {
  INVALID_FIELD: "INVALID_FIELD",
  UNDECODABLE: "UNDECODABLE",
  PRICE_OFF_TICK: "PRICE_OFF_TICK",
  QUANTITY_OFF_LOT: "QUANTITY_OFF_LOT",
  PRICE_OUT_OF_RANGE: "PRICE_OUT_OF_RANGE",
  QUANTITY_OUT_OF_RANGE: "QUANTITY_OUT_OF_RANGE",
  NOTIONAL_TOO_SMALL: "NOTIONAL_TOO_SMALL",
  NOTIONAL_TOO_LARGE: "NOTIONAL_TOO_LARGE",
  ASSET_NOT_FOUND: "ASSET_NOT_FOUND",
  MARKET_NOT_FOUND: "MARKET_NOT_FOUND",
  ACCOUNT_NOT_FOUND: "ACCOUNT_NOT_FOUND",
  ORDER_NOT_FOUND: "ORDER_NOT_FOUND",
  API_KEY_NOT_FOUND: "API_KEY_NOT_FOUND",
  ORDER_CLOSED: "ORDER_CLOSED",
  POST_ONLY_WOULD_CROSS: "POST_ONLY_WOULD_CROSS",
  INSUFFICIENT_FUNDS: "INSUFFICIENT_FUNDS",
  MARKET_POST_ONLY: "MARKET_POST_ONLY",
  MARKET_CANCEL_ONLY: "MARKET_CANCEL_ONLY",
  MARKET_HALTED: "MARKET_HALTED",
  CLIENT_ORDER_ID_REUSED: "CLIENT_ORDER_ID_REUSED",
  ALREADY_EXISTS: "ALREADY_EXISTS",
  SUPPLY_TOO_LARGE: "SUPPLY_TOO_LARGE",
  UNAUTHENTICATED: "UNAUTHENTICATED",
  SCOPE_MISSING: "SCOPE_MISSING",
  OVERLOADED: "OVERLOADED",
  DEADLINE_PASSED: "DEADLINE_PASSED",
  STREAM_TOO_SLOW: "STREAM_TOO_SLOW",
  SEQUENCE_TOO_OLD: "SEQUENCE_TOO_OLD",
  SEQUENCE_IN_FUTURE: "SEQUENCE_IN_FUTURE",
  PAGE_TOKEN_INVALID: "PAGE_TOKEN_INVALID",
  STATE_NOT_KEPT: "STATE_NOT_KEPT",
  UNAVAILABLE: "UNAVAILABLE",
  METHOD_NOT_FOUND: "METHOD_NOT_FOUND",
  QUARANTINED: "QUARANTINED",
  QUANTITY_NOT_ABOVE_FILLED: "QUANTITY_NOT_ABOVE_FILLED",
  QUANTITY_TOO_SMALL: "QUANTITY_TOO_SMALL",
  QUANTITY_TOO_LARGE: "QUANTITY_TOO_LARGE",
  TOO_MANY_OPEN_ORDERS: "TOO_MANY_OPEN_ORDERS",
  PRICE_OUTSIDE_BAND: "PRICE_OUTSIDE_BAND",
  WOULD_TRIGGER_IMMEDIATELY: "WOULD_TRIGGER_IMMEDIATELY",
  ORDER_IN_LIST: "ORDER_IN_LIST",
  MARKET_IN_AUCTION: "MARKET_IN_AUCTION",
  STREAM_NOT_FOUND: "STREAM_NOT_FOUND",
  CHANNEL_NOT_FOUND: "CHANNEL_NOT_FOUND",
  TOO_MANY_API_KEYS: "TOO_MANY_API_KEYS",
} as const;
export type RejectReason = (typeof RejectReason)[keyof typeof RejectReason];

/**
 * One enum of the contract and its constants.
 *
 * A number that this version does not know reads as a name of its own ("UNKNOWN_7"), because v1 may grow.
 */
export class EnumNames<Name extends string> {
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, Name>();
  readonly #kind: string;

  /** `names` are in the order of the contract's numbers, from 1. */
  constructor(kind: string, description: DescEnum, names: Readonly<Record<string, Name>>) {
    this.#kind = kind;
    for (const [index, [constant, name]] of Object.entries(names).entries()) {
      const number = index + 1;
      if (!description.value[number]) throw new Error(`${kind}.${constant} is not in the contract`);
      this.#numbers.set(constant, number).set(name, number);
      this.#names.set(number, name);
    }
  }

  /** Return the number of a name in capital or small letters. Throws a RangeError for one that there is not. */
  toWire(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.get(String(name).toUpperCase());
    if (number === undefined) throw new RangeError(`${this.#kind}: there is no ${JSON.stringify(name)}`);
    return number;
  }

  /** Return the number of a name; of none it is 0, which the contract calls unspecified. */
  toWireOptional(name: string | undefined): number {
    return name === undefined ? 0 : this.toWire(name);
  }

  fromWire(number: number): Name {
    // A name that is not in the union is better than an answer that cannot be read.
    return this.#names.get(number) ?? (`UNKNOWN_${number}` as Name);
  }

  /** Read a number of which 0 says that there is none. */
  fromWireOptional(number: number): Name | undefined {
    return number === 0 ? undefined : this.fromWire(number);
  }

  /** Whether this version knows the name. */
  has(name: string): name is Name {
    return this.#numbers.has(name);
  }
}

export const sides = /*@__PURE__*/ new EnumNames("Side", pb.SideSchema, Side);

export const orderTypes = /*@__PURE__*/ new EnumNames("OrderType", pb.OrderTypeSchema, OrderType);

export const timesInForce = /*@__PURE__*/ new EnumNames("TimeInForce", pb.TimeInForceSchema, TimeInForce);

export const selfTradePreventions = /*@__PURE__*/ new EnumNames(
  "SelfTradePrevention",
  pb.SelfTradePreventionSchema,
  SelfTradePrevention,
);

export const pegReferences = /*@__PURE__*/ new EnumNames("PegReference", pb.PegReferenceSchema, PegReference);

export const cancelReplaceModes = /*@__PURE__*/ new EnumNames(
  "CancelReplaceMode",
  pb.CancelReplaceModeSchema,
  CancelReplaceMode,
);

export const orderStatuses = /*@__PURE__*/ new EnumNames("OrderStatus", pb.OrderStatusSchema, OrderStatus);

export const closeReasons = /*@__PURE__*/ new EnumNames("CloseReason", pb.CloseReasonSchema, CloseReason);

export const liquidities = /*@__PURE__*/ new EnumNames("Liquidity", pb.LiquiditySchema, Liquidity);

export const marketStatuses = /*@__PURE__*/ new EnumNames("MarketStatus", pb.MarketStatusSchema, MarketStatus);

export const candleIntervals = /*@__PURE__*/ new EnumNames("CandleInterval", pb.CandleIntervalSchema, CandleInterval);

export const scopes = /*@__PURE__*/ new EnumNames("Scope", pb.ScopeSchema, Scope);

export const ledgerEntryKinds = /*@__PURE__*/ new EnumNames(
  "LedgerEntryKind",
  pb.LedgerEntryKindSchema,
  LedgerEntryKind,
);

export const rejectReasons = /*@__PURE__*/ new EnumNames("RejectReason", pb.RejectReasonSchema, RejectReason);

const INTERVAL_MS: Readonly<Record<CandleInterval, number>> = {
  "1s": 1_000,
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "4h": 14_400_000,
  "1d": 86_400_000,
};

/** Return how long a candle is, in milliseconds. */
export function intervalMs(interval: CandleInterval): number {
  return INTERVAL_MS[interval];
}
