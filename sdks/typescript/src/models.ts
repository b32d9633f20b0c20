// What the exchange answers with, beside orders (order-models) and market data (market-models).
//
// Plain immutable objects. Amounts are Decimal; times are Dates with the exact nanoseconds since 1970 beside them; what
// there is not is undefined.

import type { Decimal } from "./decimals.ts";
import type { LedgerEntryKind, MarketStatus, Scope, Side } from "./enums.ts";
import type { HopTimes } from "./market-models.ts";
import type { Fill, Order } from "./order-models.ts";

/** Something that is traded or paid with; its smallest unit is 10^-`decimals`. */
export interface Asset {
  readonly name: string;
  readonly decimals: number;
}

/**
 * What a market refuses although it is well-formed. Every limit is itself allowed; undefined or 0 is no limit.
 *
 * Quantities are base units, multiples of the lot size; notionals (price × quantity, or quote amount) quote units.
 * `maxOpenOrders`: of one account in the market, waiting ones included. `priceBandBps`: how far a limit price may be from
 * the last trade, or from `referencePrice` before the first one. `marketProtectionBps`: how far from the best opposite price
 * at its arrival a market order may trade; the rest expires. Both are basis points.
 */
export interface MarketProtection {
  readonly minQuantity: Decimal | undefined;
  readonly maxQuantity: Decimal | undefined;
  readonly minNotional: Decimal | undefined;
  readonly maxNotional: Decimal | undefined;
  readonly maxOpenOrders: number;
  readonly priceBandBps: number;
  readonly marketProtectionBps: number;
  readonly referencePrice: Decimal | undefined;
}

/**
 * What would happen if an auction ended now: `quantity` (base units) would trade at `price` (quote units).
 *
 * `price` is undefined when nothing would. `imbalance`: how much more one side has at this price, base units;
 * `imbalanceSide`: which, undefined when both are equal.
 */
export interface AuctionIndication {
  readonly price: Decimal | undefined;
  readonly quantity: Decimal;
  readonly imbalance: Decimal;
  readonly imbalanceSide: Side | undefined;
}

/**
 * A pair of assets with an order book.
 *
 * Prices are multiples of `tickSize` (quote units per base unit), quantities of `lotSize` (base units); a limit order's
 * price × quantity is at least `minNotional` (quote units). Fees are millionths of the quote amount, negative for a rebate.
 * `priceDecimals` and `quantityDecimals` are those of the book's checksum. `protection`: what an operator limits.
 * `lastPrice`: of the last trade; undefined before the first. `auction`: what an auction would do now, while the status is
 * AUCTION.
 */
export interface Market {
  readonly name: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  readonly minNotional: Decimal;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
  readonly status: MarketStatus;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  readonly protection: MarketProtection;
  readonly lastPrice: Decimal | undefined;
  readonly auction: AuctionIndication | undefined;
}

/** What an account holds of one asset, in asset units: free to use, held for open orders, and both together. */
export interface Balance {
  readonly asset: string;
  readonly available: Decimal;
  readonly reserved: Decimal;
  readonly total: Decimal;
}

/**
 * One line of the double-entry ledger; `amount` is the signed change in asset units.
 *
 * `market` is empty and `tradeId` 0 for a credit. (`sequence`, `line`) is unique.
 */
export interface LedgerEntry {
  readonly sequence: bigint;
  readonly line: number;
  readonly accountId: bigint;
  readonly asset: string;
  readonly amount: Decimal;
  readonly kind: LedgerEntryKind;
  readonly market: string;
  readonly tradeId: bigint;
  readonly bookTime: Date;
  readonly bookTimeNs: bigint;
}

/**
 * An owner of balances and orders. `scopes`: what the caller's key may do; only `getAccount` tells.
 *
 * Accounts of one trade group count as one owner for self-trade prevention; `tradeGroupId` 0 is none.
 */
export interface Account {
  readonly accountId: bigint;
  readonly name: string;
  readonly createTime: Date;
  readonly createTimeNs: bigint;
  readonly scopes: readonly Scope[];
  readonly tradeGroupId: bigint;
}

/**
 * What an account is worth in one quote asset, and what its fills in the markets of that asset come to.
 *
 * `equity`: its balances at the last prices, quote units, as they are now. `positions`: by market name; the fills up to the
 * command `asOfSequence` are counted.
 */
export interface Portfolio {
  readonly quoteAsset: string;
  readonly equity: Decimal;
  readonly positions: readonly Position[];
  readonly asOfSequence: bigint;
}

/**
 * What an account's fills in one market come to; credits are no part of it.
 *
 * `netQuantity`: bought − sold, base units. `averagePrice`: at which it was bought (or sold, if negative), fees left out;
 * undefined when it is zero. `realizedPnl`, `unrealizedPnl` (at the last price), `fees` (less rebates) and `volume` are
 * quote units.
 */
export interface Position {
  readonly market: string;
  readonly netQuantity: Decimal;
  readonly averagePrice: Decimal | undefined;
  readonly realizedPnl: Decimal;
  readonly unrealizedPnl: Decimal;
  readonly fees: Decimal;
  readonly volume: Decimal;
  readonly fillCount: bigint;
  readonly lastFillTime: Date;
  readonly lastFillTimeNs: bigint;
}

/** What an account was worth over time, oldest first, in one quote asset. */
export interface EquityHistory {
  readonly quoteAsset: string;
  readonly points: readonly EquityPoint[];
}

/** What an account was worth at a moment, quote units. */
export interface EquityPoint {
  readonly time: Date;
  readonly timeNs: bigint;
  readonly equity: Decimal;
}

/** How accounts have traded in the markets of one quote asset, the largest volume first; as of a command. */
export interface PerformanceTable {
  readonly quoteAsset: string;
  readonly accounts: readonly Performance[];
  readonly asOfSequence: bigint;
}

/** How one account has traded, over all markets of the quote asset; quote units, as in `Position`. */
export interface Performance {
  readonly accountId: bigint;
  readonly name: string;
  readonly equity: Decimal;
  readonly realizedPnl: Decimal;
  readonly unrealizedPnl: Decimal;
  readonly fees: Decimal;
  readonly volume: Decimal;
  readonly fillCount: bigint;
  readonly openOrderCount: number;
  readonly lastFillTime: Date;
  readonly lastFillTimeNs: bigint;
}

/**
 * An API key without its secret. `current`: this call was made with it.
 *
 * `createTime` is undefined while that is not known, as of a key that was made a moment ago; `expireTime` undefined is never.
 */
export interface ApiKey {
  readonly keyId: string;
  readonly accountId: bigint;
  readonly scopes: readonly Scope[];
  readonly label: string;
  readonly createTime: Date | undefined;
  readonly createTimeNs: bigint | undefined;
  readonly expireTime: Date | undefined;
  readonly expireTimeNs: bigint | undefined;
  readonly current: boolean;
}

/** A new API key. `apiKey` is the secret: shown here and nowhere else. */
export interface CreatedApiKey {
  readonly keyId: string;
  readonly apiKey: string;
}

/** BLAKE2b-256 of the engine's whole state after a sequence. */
export interface StateHash {
  readonly sequence: bigint;
  readonly stateHash: Uint8Array;
}

/** An account at one sequence: open orders, oldest first, and balances by asset name. */
export interface AccountSnapshot {
  readonly openOrders: readonly Order[];
  readonly balances: readonly Balance[];
  readonly sequence: bigint;
}

/** What one command changed for the account: orders and balances as they are after it, and its executions. */
export interface AccountUpdate {
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly balances: readonly Balance[];
  readonly sequence: bigint;
  readonly prevSequence: bigint;
  readonly eventTime: Date;
  readonly eventTimeNs: bigint;
  readonly hops: HopTimes | undefined;
}

/** A sign of life on a quiet stream: everything up to `sequence` that the stream tells has been sent before it. */
export interface Heartbeat {
  readonly serverTime: Date;
  readonly serverTimeNs: bigint;
  readonly sequence: bigint;
}

/** One page of a list; `nextPageToken` is empty on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}
