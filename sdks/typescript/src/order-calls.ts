// The client's calls about the account's orders.

import type { ValidateOption } from "./admin-operations.ts";
import type { CallOptions } from "./connection.ts";
import type { CancelReplaceMode, NameInput } from "./enums.ts";
import { MarketDataCalls } from "./market-data-calls.ts";
import type {
  AmendOrder,
  BatchItem,
  BracketExit,
  CancelAllFilter,
  CancelOrder,
  NewOrder,
  OrderListOptions,
  OrderName,
} from "./order-items.ts";
import type {
  AmendedOrder,
  Order,
  OrderResult,
  PlacedBracket,
  PlacedOco,
  PlacedOrder,
  ReplacedOrder,
} from "./order-models.ts";
import * as orders from "./order-operations.ts";
import type { Pages } from "./pages.ts";

type ValidateOptions = ValidateOption & CallOptions;

/** Placing, changing, canceling and reading orders. */
export abstract class OrderCalls extends MarketDataCalls {
  /**
   * Place an order; answers when it is durable. Without a price it is a market order.
   *
   * Throws OrderRejected (InsufficientFunds, PostOnlyWouldCross, WouldTriggerImmediately, PriceOutsideBand,
   * TooManyOpenOrders, InvalidOrder, MarketClosed), InvalidRequest, NotFound, AlreadyExists, OutcomeUnknown.
   */
  async placeOrder(order: NewOrder, options?: CallOptions): Promise<PlacedOrder> {
    return this.connection.call(orders.placeOrder(order), options);
  }

  /**
   * Change price or quantity of one open order, or refuse and change nothing. Less quantity at the same price keeps the
   * place in the book. When it had to be repeated, `fills` are those of the last attempt.
   *
   * Throws NotFound, OrderClosed, QuantityNotAboveFilled, and what placeOrder throws.
   */
  async amendOrder(amend: AmendOrder, options?: CallOptions): Promise<AmendedOrder> {
    return this.connection.call(orders.amendOrder(amend), options);
  }

  /** Cancel one open order; answers with it as it ended. Throws NotFound, OrderClosed. */
  async cancelOrder(cancel: CancelOrder, options?: CallOptions): Promise<Order> {
    return this.connection.call(orders.cancelOrder(cancel), options);
  }

  /**
   * Cancel all open orders that pass all the filters, waiting ones too; answers with their ids, oldest first. When it had
   * to be repeated, only the ids that the last attempt canceled.
   */
  async cancelAllOrders(filter: CancelAllFilter = {}, options?: CallOptions): Promise<bigint[]> {
    return this.connection.call(orders.cancelAllOrders(filter), options);
  }

  /**
   * Cancel one order and place another, with nothing in between; what the first reserved pays for the second.
   *
   * `mode`: whether the new order is placed when the cancel is refused (STOP_ON_FAILURE by default). When the new order is
   * refused the cancel stands; the answer says so, nothing is thrown. Only when nothing was done at all it throws what the
   * cancel was refused with (or the new order, with ALLOW_FAILURE), or OutcomeUnknown. It is repeated only when the new
   * order has a key. Who wants "change it or leave it" uses amendOrder.
   */
  async cancelReplaceOrder(
    cancel: CancelOrder,
    order: NewOrder,
    options: ValidateOptions & { mode?: NameInput<CancelReplaceMode> } = {},
  ): Promise<ReplacedOrder> {
    const operation = orders.cancelReplaceOrder(cancel, order, options.mode, options.validateOnly);
    return this.connection.call(operation, options);
  }

  /**
   * Execute 1 to 500 orders, amends and cancels one after the other with nothing in between.
   *
   * Each stands for itself: a refused one has its `error` in the result, nothing is thrown for it. It is repeated only when
   * every order in it has a key; then a cancel that an attempt before had done is OrderClosed. Throws InvalidRequest for the
   * batch as a whole, OutcomeUnknown. `allOrNone`: when one is refused nothing happens at all, and what it was refused with
   * is thrown; its `field` begins with the item, such as `items[3].place_order`.
   */
  async batchOrders(
    items: Iterable<BatchItem>,
    options: CallOptions & { allOrNone?: boolean } = {},
  ): Promise<OrderResult[]> {
    return this.connection.call(orders.batchOrders(items, options.allOrNone ?? false), options);
  }

  /**
   * Place two orders of one market, side and quantity: when one fills, fires or ends, the other is canceled.
   *
   * `above` is the one at the higher price: to sell a limit or take-profit order, with a stop `below`; to buy a stop, with a
   * limit or take-profit order `below`. Both are accepted or none. Throws what placeOrder throws.
   */
  async placeOcoOrder(above: NewOrder, below: NewOrder, options: ValidateOptions = {}): Promise<PlacedOco> {
    return this.connection.call(orders.placeOcoOrder(above, below, options.validateOnly), options);
  }

  /**
   * Place an entry with two exits on the other side, whose quantity is what the entry has filled.
   *
   * `entry`: a limit order, or a market order by quantity. When an exit triggers, the other one and what is open of the entry
   * are canceled. All are accepted or none. Throws what placeOrder throws.
   */
  async placeBracketOrder(
    entry: NewOrder,
    exits: { takeProfit: BracketExit; stopLoss: BracketExit },
    options: ValidateOptions = {},
  ): Promise<PlacedBracket> {
    const operation = orders.placeBracketOrder(entry, exits.takeProfit, exits.stopLoss, options.validateOnly);
    return this.connection.call(operation, options);
  }

  /**
   * Set the dead-man's switch: cancel all of the account's orders unless this is called again in time.
   *
   * `afterMs`: from 1,000 to 86,400,000, rounded up to the millisecond; 0 disarms. Every call sets it anew. Answers with when
   * the orders will be canceled, undefined when disarmed. Throws InvalidRequest.
   */
  async setCancelAllAfter(afterMs: number, options: ValidateOptions = {}): Promise<Date | undefined> {
    return this.connection.call(orders.setCancelAllAfter(afterMs, options.validateOnly), options);
  }

  /** Get one order as it is now, named by one of its ids. Throws NotFound; old closed ones are in listOrders. */
  async getOrder(name: OrderName, options?: CallOptions): Promise<Order> {
    return this.connection.call(orders.getOrder(name), options);
  }

  /** List orders, newest first: open ones as they are now, or all, which may be a moment behind. */
  listOrders(options: OrderListOptions & CallOptions = {}): Pages<Order> {
    return this.pages(orders.listOrders(options), options);
  }
}
