// Requests about orders, checked as far as the SDK can: exact numbers, known names, one way to say each thing.
//
// A number where a decimal belongs is a TypeError, text that is no number or no name a RangeError.

import { create } from "@bufbuild/protobuf";
import { toWire, toWireOptional } from "./decimals.ts";
import {
  CancelReplaceMode,
  cancelReplaceModes,
  type NameInput,
  OrderType,
  orderTypes,
  pegReferences,
  selfTradePreventions,
  sides,
  TimeInForce,
  timesInForce,
} from "./enums.ts";
import type {
  AmendOrder,
  BatchItem,
  BracketExit,
  CancelAllFilter,
  CancelOrder,
  NewOrder,
  OrderName,
} from "./order-items.ts";
import * as pb from "./proto.ts";
import { toTimestampOptional, wholeMilliseconds } from "./times.ts";

/** A client order id or credit id that nobody else draws: 128 random bits, url-safe, 25 characters. */
export function newKey(): string {
  // Not randomUUID, which browsers have only on https.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = btoa(String.fromCharCode(...bytes));
  return `ts-${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/**
 * Build a new order; what is not given is as `NewOrder` says.
 *
 * Throws a TypeError for a number, for neither or both of quantity and quote amount, and for a trigger without a type.
 */
export function placeOrder(order: NewOrder): pb.PlaceOrderRequest {
  if ((order.quantity === undefined) === (order.quoteAmount === undefined)) {
    throw new TypeError("quantity: give it or quoteAmount, one of the two");
  }
  const timeInForce = order.timeInForce ?? (order.expireTime === undefined ? undefined : TimeInForce.GTT);
  return create(pb.PlaceOrderRequestSchema, {
    market: order.market,
    side: sides.toWire(order.side),
    type: orderTypes.toWire(orderType(order)),
    timeInForce: timesInForce.toWireOptional(timeInForce),
    price: toWireOptional(order.price, "price"),
    quantity: toWireOptional(order.quantity, "quantity"),
    postOnly: order.postOnly ?? false,
    clientOrderId: order.clientOrderId ?? newKey(),
    validateOnly: order.validateOnly ?? false,
    quoteAmount: toWireOptional(order.quoteAmount, "quoteAmount"),
    displayQuantity: toWireOptional(order.displayQuantity, "displayQuantity"),
    selfTradePrevention: selfTradePreventions.toWireOptional(order.selfTradePrevention),
    expireTime: toTimestampOptional(order.expireTime, "expireTime"),
    slide: order.slide ?? false,
    triggerPrice: toWireOptional(order.triggerPrice, "triggerPrice"),
    trailingOffset: toWireOptional(order.trailingOffset, "trailingOffset"),
    trailingOffsetBps: order.trailingOffsetBps ?? 0,
    activationPrice: toWireOptional(order.activationPrice, "activationPrice"),
    pegReference: pegReferences.toWireOptional(order.pegReference),
    pegOffset: toWireOptional(order.pegOffset, "pegOffset"),
  });
}

function orderType(order: NewOrder): NameInput<OrderType> {
  if (order.type !== undefined) return order.type;
  if (order.triggerPrice !== undefined) {
    throw new TypeError("type: an order with a triggerPrice needs one, such as OrderType.STOP_MARKET");
  }
  if (order.trailingOffset !== undefined || order.trailingOffsetBps !== undefined) return OrderType.TRAILING_STOP;
  if (order.pegReference !== undefined) return OrderType.PEGGED;
  return order.price === undefined ? OrderType.MARKET : OrderType.LIMIT;
}

/** Build new terms. Throws a TypeError unless one of the ids and at least one of price and quantity is given. */
export function amendOrder(amend: AmendOrder): pb.AmendOrderRequest {
  if (amend.price === undefined && amend.quantity === undefined) {
    throw new TypeError("quantity: an amend needs a price, a quantity, or both");
  }
  return create(pb.AmendOrderRequestSchema, {
    order: orderName(amend),
    price: toWireOptional(amend.price, "price"),
    quantity: toWireOptional(amend.quantity, "quantity"),
    validateOnly: amend.validateOnly ?? false,
  });
}

/** Name the order to cancel by one of its ids. Throws a TypeError for none or both. */
export function cancelOrder(cancel: CancelOrder): pb.CancelOrderRequest {
  return create(pb.CancelOrderRequestSchema, { order: orderName(cancel), validateOnly: cancel.validateOnly ?? false });
}

/** Name the order to read by one of its ids. Throws a TypeError for none or both. */
export function getOrder(name: OrderName): pb.GetOrderRequest {
  return create(pb.GetOrderRequestSchema, { order: orderName(name) });
}

export function cancelAllOrders(filter: CancelAllFilter): pb.CancelAllOrdersRequest {
  return create(pb.CancelAllOrdersRequestSchema, {
    market: filter.market ?? "",
    side: sides.toWireOptional(filter.side),
    clientOrderIdPrefix: filter.clientOrderIdPrefix ?? "",
    validateOnly: filter.validateOnly ?? false,
  });
}

/** Build a cancel and the order that takes its place. Throws as its two parts do. */
export function cancelReplaceOrder(
  cancel: CancelOrder,
  order: NewOrder,
  mode: NameInput<CancelReplaceMode> = CancelReplaceMode.STOP_ON_FAILURE,
  validateOnly = false,
): pb.CancelReplaceOrderRequest {
  return create(pb.CancelReplaceOrderRequestSchema, {
    cancelOrder: cancelOrder(cancel),
    placeOrder: placeOrder(order),
    mode: cancelReplaceModes.toWire(mode),
    validateOnly,
  });
}

/** Build a pair of which one cancels the other. Throws as its two parts do. */
export function placeOcoOrder(above: NewOrder, below: NewOrder, validateOnly = false): pb.PlaceOcoOrderRequest {
  return create(pb.PlaceOcoOrderRequestSchema, { above: placeOrder(above), below: placeOrder(below), validateOnly });
}

/** Build an entry with its two exits. Throws as `placeOrder` does. */
export function placeBracketOrder(
  entry: NewOrder,
  takeProfit: BracketExit,
  stopLoss: BracketExit,
  validateOnly = false,
): pb.PlaceBracketOrderRequest {
  return create(pb.PlaceBracketOrderRequestSchema, {
    entry: placeOrder(entry),
    takeProfit: bracketExit(takeProfit, "takeProfit"),
    stopLoss: bracketExit(stopLoss, "stopLoss"),
    validateOnly,
  });
}

function bracketExit(exit: BracketExit, part: string): pb.BracketExit {
  return create(pb.BracketExitSchema, {
    triggerPrice: toWire(exit.triggerPrice, `${part}.triggerPrice`),
    price: toWireOptional(exit.price, `${part}.price`),
    clientOrderId: exit.clientOrderId ?? newKey(),
  });
}

/** Build the items of a batch. Throws a TypeError for what is none. */
export function batchItems(items: Iterable<BatchItem>): pb.OrderBatchItem[] {
  return Array.from(items, (item) => create(pb.OrderBatchItemSchema, { request: batchItem(item) }));
}

function batchItem(item: BatchItem): pb.OrderBatchItem["request"] {
  if ("place" in item) return { case: "placeOrder", value: placeOrder(item.place) };
  if ("amend" in item) return { case: "amendOrder", value: amendOrder(item.amend) };
  if ("cancel" in item) return { case: "cancelOrder", value: cancelOrder(item.cancel) };
  throw new TypeError("items: one of { place }, { amend } and { cancel } each");
}

/**
 * Build a setting of the dead-man's switch, rounded up to the millisecond: what is not quite 0 does not disarm. Throws a
 * RangeError for what is negative or no such time.
 */
export function setCancelAllAfter(afterMs: number, validateOnly = false): pb.SetCancelAllAfterRequest {
  const timeoutMs = wholeMilliseconds(afterMs, "afterMs");
  return create(pb.SetCancelAllAfterRequestSchema, { timeoutMs, validateOnly });
}

/** A request about one order. */
export type Single = pb.PlaceOrderRequest | pb.AmendOrderRequest | pb.CancelOrderRequest;

/** Return the key that a request gives or names, or "". */
export function keyOf(request: Single): string {
  if (request.$typeName === "exchange.v1.PlaceOrderRequest") return request.clientOrderId;
  return request.order.case === "clientOrderId" ? request.order.value : "";
}

/** Return the exchange's id that a request names, or 0. */
export function orderIdOf(request: Single): bigint {
  if (request.$typeName === "exchange.v1.PlaceOrderRequest") return 0n;
  return request.order.case === "orderId" ? request.order.value : 0n;
}

/** Return the orders of a list; of a bracket's exits nothing but their keys. */
export function listOrders(request: pb.PlaceOcoOrderRequest | pb.PlaceBracketOrderRequest): pb.PlaceOrderRequest[] {
  if (request.$typeName === "exchange.v1.PlaceOcoOrderRequest") return [request.above, request.below].filter(isGiven);
  const exits = [request.takeProfit, request.stopLoss].filter(isGiven);
  const keys = exits.map(({ clientOrderId }) => create(pb.PlaceOrderRequestSchema, { clientOrderId }));
  return request.entry ? [request.entry, ...keys] : keys;
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function orderName({ orderId, clientOrderId }: OrderName): pb.GetOrderRequest["order"] {
  if (orderId !== undefined && clientOrderId === undefined) {
    if (typeof orderId !== "bigint") throw new TypeError(`orderId: a ${typeof orderId} is no bigint`);
    return { case: "orderId", value: orderId };
  }
  if (clientOrderId !== undefined && orderId === undefined) return { case: "clientOrderId", value: clientOrderId };
  throw new TypeError("name the order by orderId or by clientOrderId, one of the two");
}
