// Orders: what the exchange answers about them. Plain immutable objects; amounts are Decimal, times as in market-models.

import type { Decimal } from "./decimals.ts";
import type {
  CloseReason,
  Liquidity,
  OrderStatus,
  OrderType,
  PegReference,
  RejectReason,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "./enums.ts";
import type { ExchangeError } from "./errors.ts";
import type { HopTimes } from "./market-models.ts";

/**
 * An order as its owner sees it.
 *
 * `price` is undefined for a market order; quantities are base units, `filledQuote` and `fee` quote units (`fee` is negative
 * when rebates exceed fees). `price` and `quantity` are as they are after slides and amends. `orderId` is 0 in the answer to
 * `validateOnly`. `isOpen`: it rests in the book, or waits for its trigger. `averagePrice`: over all fills, 28 digits.
 *
 * `quoteAmount`: of a market order by amount, quote units; `quantity` is then what it executed. `displayQuantity`: the most
 * of an iceberg that the book shows. `preventedQuantity`: what self-trade prevention took; what was canceled or expired
 * otherwise is quantity − filled − prevented − open. `triggerPrice`: the last trade at which it triggers; of a trailing
 * stop as it is now, undefined before it is active. `trailingOffset` (quote units) or `trailingOffsetBps` (basis points,
 * else 0): a trailing stop's distance from the extreme; `activationPrice`: the trade price from which it follows.
 * `triggerRefusal`: why it was refused when it triggered. `pegReference` and `pegOffset` (quote units): what a pegged order
 * follows; `peggedPrice`: where it stands, undefined while it is parked.
 */
export interface Order {
  readonly orderId: bigint;
  readonly accountId: bigint;
  readonly market: string;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly price: Decimal | undefined;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly openQuantity: Decimal;
  readonly filledQuote: Decimal;
  readonly averagePrice: Decimal | undefined;
  readonly fee: Decimal;
  readonly status: OrderStatus;
  readonly isOpen: boolean;
  readonly closeReason: CloseReason | undefined;
  readonly createTime: Date;
  readonly createTimeNs: bigint;
  readonly updateTime: Date;
  readonly updateTimeNs: bigint;
  readonly quoteAmount: Decimal | undefined;
  readonly displayQuantity: Decimal | undefined;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly expireTime: Date | undefined;
  readonly expireTimeNs: bigint | undefined;
  readonly slide: boolean;
  readonly preventedQuantity: Decimal;
  readonly triggerPrice: Decimal | undefined;
  readonly trailingOffset: Decimal | undefined;
  readonly trailingOffsetBps: number;
  readonly activationPrice: Decimal | undefined;
  readonly triggerTime: Date | undefined;
  readonly triggerTimeNs: bigint | undefined;
  readonly triggerRefusal: RejectReason | undefined;
  readonly orderListId: bigint;
  readonly pegReference: PegReference | undefined;
  readonly pegOffset: Decimal | undefined;
  readonly peggedPrice: Decimal | undefined;
}

/** One execution of an order: base and quote units as in `Order`. */
export interface Fill {
  readonly tradeId: bigint;
  readonly orderId: bigint;
  readonly clientOrderId: string;
  readonly market: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly quoteAmount: Decimal;
  readonly fee: Decimal;
  readonly liquidity: Liquidity;
  readonly tradeTime: Date;
  readonly tradeTimeNs: bigint;
  readonly sequence: bigint;
  readonly hops: HopTimes | undefined;
}

/**
 * What an order would do if it were sequenced next; it promises nothing about what others send meanwhile.
 *
 * It is told up to the end of its arrival: not what its trades would trigger. `sequence`: of the last command in the state
 * that it was tried on. `averagePrice` (quote units per base unit, rounded down to 18 decimals; undefined when it executes
 * nothing) and `fee` (quote units, negative for a rebate): of what it would execute on arrival. `reserved`: what it would
 * hold after that, in units of `reservedAsset`. `preventedQuantity`: what self-trade prevention would take of it, base
 * units. `selfTradeOrderIds`: orders of the same owner that it would meet, in that order.
 */
export interface OrderPreview {
  readonly sequence: bigint;
  readonly averagePrice: Decimal | undefined;
  readonly fee: Decimal;
  readonly reserved: Decimal;
  readonly reservedAsset: string;
  readonly preventedQuantity: Decimal;
  readonly selfTradeOrderIds: readonly bigint[];
}

/**
 * An accepted order after its arrival, and what it executed.
 *
 * `deduplicated`: the key was seen before; `order` is the original as it is now, `fills` is empty. `preview`: with
 * `validateOnly`; `order` and `fills` are then as they would be, without ids.
 */
export interface PlacedOrder {
  readonly orderId: bigint;
  readonly order: Order;
  readonly fills: readonly Fill[];
  readonly deduplicated: boolean;
  readonly preview: OrderPreview | undefined;
}

/**
 * An order after it was amended, and what it executed because of its new terms.
 *
 * `preview`: with `validateOnly`; `order` and `fills` are then as they would be, the fills without trade ids.
 */
export interface AmendedOrder {
  readonly orderId: bigint;
  readonly order: Order;
  readonly fills: readonly Fill[];
  readonly preview: OrderPreview | undefined;
}

/**
 * What came of canceling one order and placing another.
 *
 * `canceledOrder` is undefined when the cancel was refused, which `cancelError` says, or when the new order is
 * `deduplicated`. `order` is the new order after its arrival; undefined when it was refused, which `placeError` says: the
 * cancel stands. `deduplicated`: the key was seen before; `order` is the original as it is now, nothing was canceled.
 * `preview`: of the new order, with `validateOnly`; `order` and `fills` are then as they would be without the old order, and
 * have no ids.
 */
export interface ReplacedOrder {
  readonly canceledOrder: Order | undefined;
  readonly cancelError: ExchangeError | undefined;
  readonly order: Order | undefined;
  readonly fills: readonly Fill[];
  readonly placeError: ExchangeError | undefined;
  readonly deduplicated: boolean;
  readonly preview: OrderPreview | undefined;
}

/**
 * An accepted OCO: its orders as they are after the command, and what either executed.
 *
 * `orderListId` is the id of `above`. An order is undefined when it is not remembered any more; `orders` are those that
 * there are, oldest first. `deduplicated`: all keys were seen before; this is the original pair as it is now. `preview`:
 * with `validateOnly`, of the limit order; orders and fills are then as they would be, without ids.
 */
export interface PlacedOco {
  readonly orderListId: bigint;
  readonly above: Order | undefined;
  readonly below: Order | undefined;
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly deduplicated: boolean;
  readonly preview: OrderPreview | undefined;
}

/** An accepted bracket; as `PlacedOco`, and `orderListId` is the id of `entry`. */
export interface PlacedBracket {
  readonly orderListId: bigint;
  readonly entry: Order | undefined;
  readonly takeProfit: Order | undefined;
  readonly stopLoss: Order | undefined;
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly deduplicated: boolean;
  readonly preview: OrderPreview | undefined;
}

/**
 * What came of one order, amend or cancel in a batch or on an order entry session.
 *
 * `orderId` is 0 when it was refused, which `error` says, or with `validateOnly`. Sums over all fills so far:
 * `filledQuantity` in base units, `filledQuote` and `fee` in quote units; `preventedQuantity` is what self-trade prevention
 * took so far, base units. `deduplicated`: the key was seen before, or the outcome was looked up after a break; this is the
 * order as it is now.
 */
export interface OrderResult {
  readonly orderId: bigint;
  readonly clientOrderId: string;
  readonly status: OrderStatus | undefined;
  readonly filledQuantity: Decimal;
  readonly filledQuote: Decimal;
  readonly fee: Decimal;
  readonly deduplicated: boolean;
  readonly error: ExchangeError | undefined;
  readonly preventedQuantity: Decimal;
}

/**
 * What came of a cancel-replace on an order entry session.
 *
 * `cancel` is undefined when the new order is deduplicated: nothing was canceled. When `place` has an error, the cancel
 * stands.
 */
export interface CancelReplaceResult {
  readonly cancel: OrderResult | undefined;
  readonly place: OrderResult;
}

/**
 * What came of an OCO or a bracket on an order entry session.
 *
 * `results` of an OCO: above and below; of a bracket: entry, take-profit and stop-loss. `orderListId` is the id of the
 * first, 0 with `validateOnly`.
 */
export interface OrderListResult {
  readonly orderListId: bigint;
  readonly results: readonly OrderResult[];
}

/** Return a result, or throw what it was refused with: of several parts the new order's, else the cancel's. */
export function orThrow<Result extends OrderResult | CancelReplaceResult | ReplacedOrder>(result: Result): Result {
  const error = firstError(result);
  if (error) throw error;
  return result;
}

function firstError(result: OrderResult | CancelReplaceResult | ReplacedOrder): ExchangeError | undefined {
  if ("place" in result) return result.place.error ?? result.cancel?.error;
  if ("placeError" in result) return result.placeError ?? result.cancelError;
  return result.error;
}
