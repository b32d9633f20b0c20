// What can be asked about orders, as values: arguments of calls, and items of batches.

import type { DecimalInput } from "./decimals.ts";
import type {
  NameInput,
  OrderStatus,
  OrderType,
  PegReference,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "./enums.ts";
import type { PageOptions, TimeRange } from "./market-operations.ts";
import type { TimeInput } from "./times.ts";

/**
 * An order to place. Without a key it gets one when it is sent.
 *
 * `market`, `side`: where, and which side of the book. `quantity` in base units; for a market order `quoteAmount` instead,
 * fees included: buy for at most, or sell to receive at most, so many quote units. `price`: the limit, in quote units per
 * base unit. `type`: not given it is LIMIT with a price, TRAILING_STOP with a trailing offset, PEGGED with a peg reference,
 * else MARKET; orders with a `triggerPrice` name theirs.
 *
 * `timeInForce`: not given it is GTT with an `expireTime` (in the future), else GTC with a price and IOC without.
 * `postOnly`: refuse rather than trade on arrival; with `slide` move to the best price that does not cross instead.
 * `displayQuantity`: the most that the book shows of an iceberg, at least a hundredth of it. `selfTradePrevention`: not given
 * it is EXPIRE_MAKER.
 *
 * `triggerPrice`: the last trade at which a stop or take-profit triggers. A trailing stop has `trailingOffset` (quote units)
 * or `trailingOffsetBps` (basis points, 1 to 9,999), and follows at once or from a trade at `activationPrice` on. A pegged
 * order follows the book at `pegReference` + `pegOffset` (signed, quote units), never beyond its `price`, and only adds
 * liquidity.
 *
 * `clientOrderId`: your own key, undefined to have one made, "" for none (then it is not repeated when the connection
 * fails). `validateOnly`: check, and do nothing.
 */
export interface NewOrder {
  readonly market: string;
  readonly side: NameInput<Side>;
  readonly quantity?: DecimalInput | undefined;
  readonly price?: DecimalInput | undefined;
  readonly type?: NameInput<OrderType> | undefined;
  readonly timeInForce?: NameInput<TimeInForce> | undefined;
  readonly postOnly?: boolean | undefined;
  readonly slide?: boolean | undefined;
  readonly quoteAmount?: DecimalInput | undefined;
  readonly displayQuantity?: DecimalInput | undefined;
  readonly selfTradePrevention?: NameInput<SelfTradePrevention> | undefined;
  readonly expireTime?: TimeInput | undefined;
  readonly triggerPrice?: DecimalInput | undefined;
  readonly trailingOffset?: DecimalInput | undefined;
  readonly trailingOffsetBps?: number | undefined;
  readonly activationPrice?: DecimalInput | undefined;
  readonly pegReference?: NameInput<PegReference> | undefined;
  readonly pegOffset?: DecimalInput | undefined;
  readonly clientOrderId?: string | undefined;
  readonly validateOnly?: boolean | undefined;
}

/** An order of the account by one of its ids: exactly one of the two. */
export interface OrderName {
  readonly orderId?: bigint | undefined;
  readonly clientOrderId?: string | undefined;
}

/**
 * New terms of an open order, named by one of its ids; what is not given stays.
 *
 * `price`: the new limit, quote units per base unit. `quantity`: the new ordered quantity with what is filled and prevented
 * in it, base units.
 */
export interface AmendOrder extends OrderName {
  readonly price?: DecimalInput | undefined;
  readonly quantity?: DecimalInput | undefined;
  readonly validateOnly?: boolean | undefined;
}

/** An order to cancel, named by one of its ids. */
export interface CancelOrder extends OrderName {
  readonly validateOnly?: boolean | undefined;
}

/** Which open orders to cancel: those that pass all the filters; what is not given filters nothing. */
export interface CancelAllFilter {
  readonly market?: string | undefined;
  readonly side?: NameInput<Side> | undefined;
  readonly clientOrderIdPrefix?: string | undefined;
  readonly validateOnly?: boolean | undefined;
}

/**
 * An order that closes what a bracket's entry opened; its quantity is what the entry has filled.
 *
 * `triggerPrice`: the last trade at which it triggers. `price`: its limit, in quote units per base unit; without one it is
 * a market order. `clientOrderId`: your own key, undefined to have one made, "" for none.
 */
export interface BracketExit {
  readonly triggerPrice: DecimalInput;
  readonly price?: DecimalInput | undefined;
  readonly clientOrderId?: string | undefined;
}

/** One item of a batch. */
export type BatchItem =
  | { readonly place: NewOrder }
  | { readonly amend: AmendOrder }
  | { readonly cancel: CancelOrder };

/** Which orders to list, newest first. */
export interface OrderListOptions extends TimeRange, PageOptions {
  readonly market?: string | undefined;
  /** Only open orders, as they are now; otherwise all, from the history, which may be a moment behind. */
  readonly openOnly?: boolean | undefined;
  /** Only orders in one of these states; all by default. */
  readonly statuses?: readonly NameInput<OrderStatus>[] | undefined;
  readonly clientOrderIdPrefix?: string | undefined;
  /** Another account, for keys with the scope ADMIN. */
  readonly accountId?: bigint | undefined;
}
