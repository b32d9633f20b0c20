// The fast way in: many orders on one stream, each answered in order, without waiting for the one before.

import { create } from "@bufbuild/protobuf";
import type { ValidateOption } from "./admin-operations.ts";
import type { CallOptions, Connection } from "./connection.ts";
import type { CancelReplaceMode, NameInput } from "./enums.ts";
import { type OrderEntryOptions, OrderEntryStream } from "./order-entry-stream.ts";
import type { AmendOrder, BatchItem, BracketExit, CancelAllFilter, CancelOrder, NewOrder } from "./order-items.ts";
import type { CancelReplaceResult, OrderListResult, OrderResult } from "./order-models.ts";
import * as requests from "./order-requests.ts";
import { OrderBatchSchema } from "./proto.ts";

type ValidateOptions = ValidateOption & CallOptions;

/**
 * A session of order entry: `await using session = await client.orderEntry()`, or `close()` it.
 *
 * Requests go out in the order of the calls and are answered in that order; to have several under way, do not await each.
 * At most `maxInFlight` requests are under way (a batch is one); a call beyond that waits. `close` waits for the answers.
 *
 * When the connection breaks the session connects again and tells `onReconnect`. What was sent and not answered is looked
 * up: an order that the exchange has is the answer; otherwise OutcomeUnknown is thrown with the key, and placing the order
 * again with the same key is safe. Nothing is sent twice; a dead-man's switch whose setting was not answered is best set
 * again. A call that gives up (`timeoutMs`, `signal`) leaves its request under way: after `timeoutMs` it is OutcomeUnknown.
 */
export class OrderEntry extends OrderEntryStream {
  /** Open a session. Throws Unauthenticated, PermissionDenied, Unavailable. */
  static async open(
    connection: Connection,
    options: OrderEntryOptions & { signal?: AbortSignal } = {},
  ): Promise<OrderEntry> {
    const session = new OrderEntry(connection, options);
    await session.start(options.signal);
    return session;
  }

  /** Place an order; as `placeOrder`, with a shorter answer. Throws the same. */
  async place(order: NewOrder, options?: CallOptions): Promise<OrderResult> {
    return this.ask({ case: "placeOrder", value: requests.placeOrder(order) }, options);
  }

  /** Change price or quantity of one open order; as `amendOrder`. Throws the same. */
  async amend(amend: AmendOrder, options?: CallOptions): Promise<OrderResult> {
    return this.ask({ case: "amendOrder", value: requests.amendOrder(amend) }, options);
  }

  /** Cancel one open order. Throws NotFound, OrderClosed, OutcomeUnknown. */
  async cancel(cancel: CancelOrder, options?: CallOptions): Promise<OrderResult> {
    return this.ask({ case: "cancelOrder", value: requests.cancelOrder(cancel) }, options);
  }

  /** Cancel all open orders that pass all the filters, waiting ones too; answers with their ids, oldest first. */
  async cancelAll(filter: CancelAllFilter = {}, options?: CallOptions): Promise<bigint[]> {
    return this.ask({ case: "cancelAllOrders", value: requests.cancelAllOrders(filter) }, options);
  }

  /**
   * Cancel one order and place another, with nothing in between; as `cancelReplaceOrder`, shorter. When the new order is
   * refused the cancel stands, and `place` has the error; it throws only when nothing was done, or OutcomeUnknown.
   */
  async cancelReplace(
    cancel: CancelOrder,
    order: NewOrder,
    options: ValidateOptions & { mode?: NameInput<CancelReplaceMode> } = {},
  ): Promise<CancelReplaceResult> {
    const value = requests.cancelReplaceOrder(cancel, order, options.mode, options.validateOnly);
    return this.ask({ case: "cancelReplaceOrder", value }, options);
  }

  /** Place two orders of which one cancels the other; as `placeOcoOrder`, shorter. Throws the same. */
  async placeOco(above: NewOrder, below: NewOrder, options: ValidateOptions = {}): Promise<OrderListResult> {
    const value = requests.placeOcoOrder(above, below, options.validateOnly);
    return this.ask({ case: "placeOcoOrder", value }, options);
  }

  /** Place an entry with two exits; as `placeBracketOrder`, shorter. Throws the same. */
  async placeBracket(
    entry: NewOrder,
    exits: { takeProfit: BracketExit; stopLoss: BracketExit },
    options: ValidateOptions = {},
  ): Promise<OrderListResult> {
    const value = requests.placeBracketOrder(entry, exits.takeProfit, exits.stopLoss, options.validateOnly);
    return this.ask({ case: "placeBracketOrder", value }, options);
  }

  /**
   * Send up to 500 orders, amends and cancels that are executed one after the other with nothing in between.
   *
   * Each stands for itself: a refused one has its `error` in the result, nothing is thrown for it. `allOrNone`: when one is
   * refused nothing happens at all, and what it was refused with is thrown.
   */
  async batch(items: Iterable<BatchItem>, options: CallOptions & { allOrNone?: boolean } = {}): Promise<OrderResult[]> {
    const { allOrNone = false } = options;
    const value = create(OrderBatchSchema, { items: requests.batchItems(items), allOrNone });
    return this.ask({ case: "batch", value }, options);
  }

  /** Set the dead-man's switch of the account, as the client's method of this name; 0 disarms. */
  async setCancelAllAfter(afterMs: number, options: ValidateOptions = {}): Promise<Date | undefined> {
    const value = requests.setCancelAllAfter(afterMs, options.validateOnly);
    return this.ask({ case: "setCancelAllAfter", value }, options);
  }

  /**
   * Send orders one by one without waiting for answers; answers with the promises of the answers, in the same order. Waits
   * only while `maxInFlight` are under way.
   */
  async placeMany(orders: Iterable<NewOrder>): Promise<Promise<OrderResult>[]> {
    const sent: Promise<OrderResult>[] = [];
    for (const order of orders) {
      const pending = await this.submit({ case: "placeOrder", value: requests.placeOrder(order) });
      sent.push(pending.answered as Promise<OrderResult>);
    }
    return sent;
  }
}
