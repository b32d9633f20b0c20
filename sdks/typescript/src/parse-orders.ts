// From the contract's messages about orders to models.

import { divided, fromWire, fromWireOptional } from "./decimals.ts";
import {
  closeReasons,
  liquidities,
  OrderStatus,
  orderStatuses,
  orderTypes,
  pegReferences,
  rejectReasons,
  SelfTradePrevention,
  selfTradePreventions,
  sides,
  timesInForce,
} from "./enums.ts";
import { fromOrderError } from "./error-mapping.ts";
import type { ExchangeError } from "./errors.ts";
import type { HopTimes } from "./market-models.ts";
import { present } from "./operations.ts";
import type {
  AmendedOrder,
  Fill,
  Order,
  OrderPreview,
  OrderResult,
  PlacedBracket,
  PlacedOco,
  PlacedOrder,
  ReplacedOrder,
} from "./order-models.ts";
import { hopTimes } from "./parse-market-data.ts";
import type * as pb from "./proto.ts";
import { timeNs, toDate } from "./times.ts";

export function order(message: pb.Order): Order {
  const createTimeNs = timeNs(message.createTime);
  const updateTimeNs = timeNs(message.updateTime);
  const expireTimeNs = message.expireTime && timeNs(message.expireTime);
  const triggerTimeNs = message.triggerTime && timeNs(message.triggerTime);
  const filledQuantity = fromWire(message.filledQuantity);
  const filledQuote = fromWire(message.filledQuote);
  const status = orderStatuses.fromWire(message.status);
  return {
    orderId: message.orderId,
    accountId: message.accountId,
    market: message.market,
    clientOrderId: message.clientOrderId,
    side: sides.fromWire(message.side),
    type: orderTypes.fromWire(message.type),
    timeInForce: timesInForce.fromWire(message.timeInForce),
    postOnly: message.postOnly,
    price: fromWireOptional(message.price),
    quantity: fromWire(message.quantity),
    filledQuantity,
    openQuantity: fromWire(message.openQuantity),
    filledQuote,
    averagePrice: filledQuantity.isZero() ? undefined : divided(filledQuote, filledQuantity),
    fee: fromWire(message.fee),
    status,
    isOpen: status === OrderStatus.OPEN || status === OrderStatus.PENDING_TRIGGER,
    closeReason: closeReasons.fromWireOptional(message.closeReason),
    createTime: toDate(createTimeNs),
    createTimeNs,
    updateTime: toDate(updateTimeNs),
    updateTimeNs,
    quoteAmount: fromWireOptional(message.quoteAmount),
    displayQuantity: fromWireOptional(message.displayQuantity),
    selfTradePrevention:
      selfTradePreventions.fromWireOptional(message.selfTradePrevention) ?? SelfTradePrevention.EXPIRE_MAKER,
    expireTime: expireTimeNs === undefined ? undefined : toDate(expireTimeNs),
    expireTimeNs,
    slide: message.slide,
    preventedQuantity: fromWire(message.preventedQuantity),
    triggerPrice: fromWireOptional(message.triggerPrice),
    trailingOffset: fromWireOptional(message.trailingOffset),
    trailingOffsetBps: message.trailingOffsetBps,
    activationPrice: fromWireOptional(message.activationPrice),
    triggerTime: triggerTimeNs === undefined ? undefined : toDate(triggerTimeNs),
    triggerTimeNs,
    triggerRefusal: rejectReasons.fromWireOptional(message.triggerRefusal),
    orderListId: message.orderListId,
    pegReference: pegReferences.fromWireOptional(message.pegReference),
    pegOffset: fromWireOptional(message.pegOffset),
    peggedPrice: fromWireOptional(message.peggedPrice),
  };
}

export function fill(message: pb.Fill, hops?: HopTimes): Fill {
  const tradeTimeNs = timeNs(message.tradeTime);
  return {
    tradeId: message.tradeId,
    orderId: message.orderId,
    clientOrderId: message.clientOrderId,
    market: message.market,
    side: sides.fromWire(message.side),
    price: fromWire(message.price),
    quantity: fromWire(message.quantity),
    quoteAmount: fromWire(message.quoteAmount),
    fee: fromWire(message.fee),
    liquidity: liquidities.fromWire(message.liquidity),
    tradeTime: toDate(tradeTimeNs),
    tradeTimeNs,
    sequence: message.sequence,
    hops,
  };
}

/** Read the fills of one message; the hop times are those of the last command among them. */
export function fillBatch(message: pb.FillBatch): Fill[] {
  const hops = hopTimes(message.hops);
  const newest = message.fills.at(-1)?.sequence;
  return message.fills.map((each) => fill(each, each.sequence === newest ? hops : undefined));
}

/** Read fills of an answer, which tells no hop times. */
export function fills(messages: readonly pb.Fill[]): Fill[] {
  return messages.map((each) => fill(each));
}

export function preview(message: pb.OrderPreview): OrderPreview {
  return {
    sequence: message.sequence,
    averagePrice: fromWireOptional(message.averagePrice),
    fee: fromWire(message.fee),
    reserved: fromWire(message.reserved),
    reservedAsset: message.reservedAsset,
    preventedQuantity: fromWire(message.preventedQuantity),
    selfTradeOrderIds: [...message.selfTradeOrderIds],
  };
}

export function placedOrder(message: pb.PlaceOrderResponse): PlacedOrder {
  const placed = order(present(message.order, "order"));
  return {
    orderId: placed.orderId,
    order: placed,
    fills: fills(message.fills),
    deduplicated: message.deduplicated,
    preview: message.preview && preview(message.preview),
  };
}

export function amendedOrder(message: pb.AmendOrderResponse): AmendedOrder {
  const amended = order(present(message.order, "order"));
  return {
    orderId: amended.orderId,
    order: amended,
    fills: fills(message.fills),
    preview: message.preview && preview(message.preview),
  };
}

export function replacedOrder(message: pb.CancelReplaceOrderResponse): ReplacedOrder {
  return {
    canceledOrder: message.canceledOrder && order(message.canceledOrder),
    cancelError: message.cancelError && orderError(message.cancelError),
    order: message.order && order(message.order),
    fills: fills(message.fills),
    placeError: message.placeError && orderError(message.placeError),
    deduplicated: message.deduplicated,
    preview: message.preview && preview(message.preview),
  };
}

export function placedOco(message: pb.PlaceOcoOrderResponse): PlacedOco {
  const above = message.above && order(message.above);
  const below = message.below && order(message.below);
  return {
    orderListId: message.orderListId,
    above,
    below,
    orders: [above, below].filter((each) => each !== undefined),
    fills: fills(message.fills),
    deduplicated: message.deduplicated,
    preview: message.preview && preview(message.preview),
  };
}

export function placedBracket(message: pb.PlaceBracketOrderResponse): PlacedBracket {
  const entry = message.entry && order(message.entry);
  const takeProfit = message.takeProfit && order(message.takeProfit);
  const stopLoss = message.stopLoss && order(message.stopLoss);
  return {
    orderListId: message.orderListId,
    entry,
    takeProfit,
    stopLoss,
    orders: [entry, takeProfit, stopLoss].filter((each) => each !== undefined),
    fills: fills(message.fills),
    deduplicated: message.deduplicated,
    preview: message.preview && preview(message.preview),
  };
}

/** Read a result; the key is the request's, which the answer does not repeat. */
export function orderResult(message: pb.OrderResult, clientOrderId: string): OrderResult {
  return {
    orderId: message.orderId,
    clientOrderId,
    status: orderStatuses.fromWireOptional(message.status),
    filledQuantity: fromWire(message.filledQuantity),
    filledQuote: fromWire(message.filledQuote),
    fee: fromWire(message.fee),
    deduplicated: message.deduplicated,
    error: message.error && orderError(message.error),
    preventedQuantity: fromWire(message.preventedQuantity),
  };
}

export function orderError(message: pb.OrderError): ExchangeError {
  return fromOrderError(message.reason, message.field, message.message, message.code);
}
