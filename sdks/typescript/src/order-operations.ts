// The unary calls about orders: what is sent, how it is read, whether it may be sent twice.

import type { DescMessage, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { fromWire } from "./decimals.ts";
import { type CancelReplaceMode, CloseReason, type NameInput, orderStatuses } from "./enums.ts";
import { type ExchangeError, OrderClosed } from "./errors.ts";
import { range } from "./market-operations.ts";
import { type Listed, listed, type Operation, page, present, read, write } from "./operations.ts";
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
import * as requests from "./order-requests.ts";
import { keyOf, orderIdOf, type Single } from "./order-requests.ts";
import * as parse from "./parse-orders.ts";
import * as pb from "./proto.ts";
import { timeNs, toDate } from "./times.ts";

const { method } = pb.OrderService;

/** Repeatable with a key: a known key answers with the original. */
export function placeOrder(order: NewOrder): Operation<PlacedOrder> {
  const request = requests.placeOrder(order);
  return keyed(method.placeOrder, request, parse.placedOrder, request.clientOrderId);
}

/** Repeatable: the terms are absolute. A repeated one that comes too late asks whether the order has the terms. */
export function amendOrder(amend: AmendOrder): Operation<AmendedOrder> {
  const request = requests.amendOrder(amend);
  return ofOpenOrder(method.amendOrder, request, parse.amendedOrder, (order) =>
    hasTerms(order, request) ? { orderId: order.orderId, order, fills: [], preview: undefined } : undefined,
  );
}

/** Whether an order has the terms that an amend asked for. One that slides may stand at another price. */
export function hasTerms(order: Order, amend: pb.AmendOrderRequest): boolean {
  const hasPrice = !amend.price || order.price?.equals(fromWire(amend.price)) === true;
  return hasPrice && (!amend.quantity || order.quantity.equals(fromWire(amend.quantity)));
}

/** Repeatable. A repeated one that comes too late asks whether it was an attempt before that canceled the order. */
export function cancelOrder(cancel: CancelOrder): Operation<Order> {
  const request = requests.cancelOrder(cancel);
  return ofOpenOrder(
    method.cancelOrder,
    request,
    (answer) => parse.order(present(answer.order, "order")),
    (order) => (order.closeReason === CloseReason.CANCELED_BY_OWNER ? order : undefined),
  );
}

/** Return a call that shows whether the key may trade and changes nothing: NotFound says that it may. */
export function mayTrade(): Operation<Order> {
  return cancelOrder({ orderId: 1n, validateOnly: true });
}

export function cancelAllOrders(filter: CancelAllFilter): Operation<bigint[]> {
  const request = requests.cancelAllOrders(filter);
  return write(method.cancelAllOrders, request, (answer) => [...answer.orderIds], { mutates: !request.validateOnly });
}

/** Repeatable when the new order has a key: with a known one nothing is canceled, and the original is the answer. */
export function cancelReplaceOrder(
  cancel: CancelOrder,
  order: NewOrder,
  mode: NameInput<CancelReplaceMode> | undefined,
  validateOnly: boolean | undefined,
): Operation<ReplacedOrder> {
  const request = requests.cancelReplaceOrder(cancel, order, mode, validateOnly);
  const key = request.placeOrder?.clientOrderId ?? "";
  return keyed(method.cancelReplaceOrder, request, parse.replacedOrder, key);
}

/** Repeatable when any of its orders has a key: a known one answers with the original pair. */
export function placeOcoOrder(above: NewOrder, below: NewOrder, validateOnly?: boolean): Operation<PlacedOco> {
  const request = requests.placeOcoOrder(above, below, validateOnly);
  return keyed(method.placeOcoOrder, request, parse.placedOco, firstKey(request));
}

/** Repeatable when any of its orders has a key: a known one answers with the original bracket. */
export function placeBracketOrder(
  entry: NewOrder,
  takeProfit: BracketExit,
  stopLoss: BracketExit,
  validateOnly?: boolean,
): Operation<PlacedBracket> {
  const request = requests.placeBracketOrder(entry, takeProfit, stopLoss, validateOnly);
  return keyed(method.placeBracketOrder, request, parse.placedBracket, firstKey(request));
}

function firstKey(request: pb.PlaceOcoOrderRequest | pb.PlaceBracketOrderRequest): string {
  return requests.listOrders(request).find((order) => order.clientOrderId)?.clientOrderId ?? "";
}

/**
 * Repeatable when every order in it has a key, or is only checked.
 *
 * All or none of them: when there is nothing else in it. A cancel or an amend that an attempt before had done would be
 * refused, and the whole batch with it.
 */
export function batchOrders(items: Iterable<BatchItem>, allOrNone: boolean): Operation<OrderResult[]> {
  const built = requests.batchItems(items);
  const singles = built.map(single);
  const placed = singles.filter((each) => each?.$typeName === "exchange.v1.PlaceOrderRequest");
  const keysOfAll = placed.every((each) => each.clientOrderId || each.validateOnly);
  return write(method.batchOrders, { items: built, allOrNone }, (answer) => batchResults(answer.results, singles), {
    mutates: !singles.every((each) => each?.validateOnly),
    repeatable: keysOfAll && (!allOrNone || placed.length === singles.length),
  });
}

/** Read the results of a batch, one an item. */
export function batchResults(results: readonly pb.OrderResult[], singles: readonly (Single | undefined)[]) {
  return results.map((result, index) => {
    const request = singles[index];
    return parse.orderResult(result, request ? keyOf(request) : "");
  });
}

/** Return the request about one order in an item of a batch. */
export function single(item: pb.OrderBatchItem): Single | undefined {
  return item.request.value;
}

/** Repeatable: each attempt sets it anew, from its own time. */
export function setCancelAllAfter(afterMs: number, validateOnly?: boolean): Operation<Date | undefined> {
  const request = requests.setCancelAllAfter(afterMs, validateOnly);
  return write(method.setCancelAllAfter, request, cancelTime, { mutates: !validateOnly });
}

/** Return when all orders will be canceled; undefined when the switch is disarmed. */
export function cancelTime(answer: pb.SetCancelAllAfterResponse): Date | undefined {
  return answer.cancelTime && toDate(timeNs(answer.cancelTime));
}

export function getOrder(name: OrderName): Operation<Order> {
  return getOrderBy(requests.getOrder(name), (order) => order);
}

export function getOrderBy<Result>(
  request: pb.GetOrderRequest,
  parseOrder: (order: Order) => Result,
): Operation<Result> {
  return read(method.getOrder, request, (answer) => parseOrder(parse.order(present(answer.order, "order"))));
}

export function listOrders(options: OrderListOptions): Listed<Order> {
  const request = {
    market: options.market ?? "",
    openOnly: options.openOnly ?? false,
    pageSize: options.pageSize ?? 0,
    accountId: options.accountId ?? 0n,
    statuses: (options.statuses ?? []).map((status) => orderStatuses.toWire(status)),
    clientOrderIdPrefix: options.clientOrderIdPrefix ?? "",
    ...range(options),
  };
  return listed(method.listOrders, request, (answer) => page(answer.orders, parse.order, answer.nextPageToken));
}

/** Return a call that is safe to send again when it has a key, or is only tried. */
function keyed<I extends DescMessage, O extends DescMessage, Result>(
  rpc: DescMethodUnary<I, O>,
  request: MessageShape<I> & { validateOnly: boolean },
  parseAnswer: (answer: MessageShape<O>) => Result,
  clientOrderId: string,
): Operation<Result> {
  const { validateOnly } = request;
  const repeatable = clientOrderId !== "" || validateOnly;
  return write(rpc, request as never, parseAnswer, { mutates: !validateOnly, repeatable, clientOrderId });
}

/** Return a call about an open order; a repeated one that comes too late asks by `done` whether it had succeeded. */
function ofOpenOrder<I extends DescMessage, O extends DescMessage, Result>(
  rpc: DescMethodUnary<I, O>,
  request: pb.AmendOrderRequest | pb.CancelOrderRequest,
  parseAnswer: (answer: MessageShape<O>) => Result,
  done: (order: Order) => Result | undefined,
): Operation<Result> {
  const settle = (refusal: ExchangeError) =>
    refusal instanceof OrderClosed ? getOrderBy(requests.getOrder(nameOf(request)), done) : undefined;
  return write(rpc, request as never, parseAnswer, {
    mutates: !request.validateOnly,
    clientOrderId: keyOf(request),
    orderId: orderIdOf(request),
    settle,
  });
}

/** Return the name by which a request names its order. */
export function nameOf(request: Single): OrderName {
  const clientOrderId = keyOf(request);
  return clientOrderId ? { clientOrderId } : { orderId: orderIdOf(request) };
}
