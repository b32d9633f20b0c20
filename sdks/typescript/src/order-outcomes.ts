// What came of a request on the order entry stream: from the order, when no answer came.

import { ZERO } from "./decimals.ts";
import { CloseReason, RejectReason } from "./enums.ts";
import { type ExchangeError, OrderClosed, OutcomeUnknown } from "./errors.ts";
import type { OrderName } from "./order-items.ts";
import type { Order, OrderResult } from "./order-models.ts";
import { hasTerms, nameOf } from "./order-operations.ts";
import { keyOf, orderIdOf, type Single } from "./order-requests.ts";

/** Return by which name to ask what came of a request; undefined when there is no way. */
export function lookup(single: Single | undefined): OrderName | undefined {
  if (single === undefined || single.validateOnly) return undefined;
  return keyOf(single) || orderIdOf(single) ? nameOf(single) : undefined;
}

/** Tell from an order as it is now what came of a request that was never answered. */
export function found(single: Single, order: Order): OrderResult {
  if (isDone(single, order)) {
    return {
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      status: order.status,
      filledQuantity: order.filledQuantity,
      filledQuote: order.filledQuote,
      fee: order.fee,
      deduplicated: true,
      error: undefined,
      preventedQuantity: order.preventedQuantity,
    };
  }
  if (order.isOpen) {
    const verb = single.$typeName === "exchange.v1.AmendOrderRequest" ? "amend" : "cancel";
    return refused(single, unknown(single, `the order is open as before; the ${verb} may never have arrived`));
  }
  const reason = RejectReason.ORDER_CLOSED;
  return refused(single, new OrderClosed(`the order is ${order.status.toLowerCase()}`, { reason }));
}

/** Return the result of a request of which the exchange says nothing. */
export function notFound(single: Single | undefined, why: string): OrderResult {
  return refused(single, unknown(single, why));
}

/** Return the error of a request of which nobody knows what came. */
export function unknown(single: Single | undefined, why: string): OutcomeUnknown {
  return new OutcomeUnknown(why, single && { clientOrderId: keyOf(single), orderId: orderIdOf(single) });
}

function isDone(single: Single, order: Order): boolean {
  if (single.$typeName === "exchange.v1.AmendOrderRequest") return hasTerms(order, single);
  return single.$typeName === "exchange.v1.PlaceOrderRequest" || order.closeReason === CloseReason.CANCELED_BY_OWNER;
}

function refused(single: Single | undefined, error: ExchangeError): OrderResult {
  return {
    orderId: 0n,
    clientOrderId: single ? keyOf(single) : "",
    status: undefined,
    filledQuantity: ZERO,
    filledQuote: ZERO,
    fee: ZERO,
    deduplicated: false,
    error,
    preventedQuantity: ZERO,
  };
}
