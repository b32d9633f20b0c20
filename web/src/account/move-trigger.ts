import { type Decimal, type ExchangeClient, type NewOrder, newKey, type Order, OutcomeUnknown } from "@exchange/sdk";

/** What of an order that waits is to change; what is absent stays. */
export type TriggerChanges = {
  readonly triggerPrice: Decimal;
  readonly price?: Decimal | undefined;
  readonly quantity?: Decimal | undefined;
};

/** Whether an order waits at a price that its owner can move. Of a list, one order cannot be replaced alone. */
export function hasTriggerToMove(order: Order): boolean {
  const waits = order.status === "PENDING_TRIGGER" && order.triggerPrice !== undefined;
  return waits && order.type !== "TRAILING_STOP" && order.orderListId === 0n;
}

// Orders that another takes the place of: that they are canceled is no news.
const replaced = new Set<bigint>();

export function isReplaced(orderId: bigint): boolean {
  return replaced.has(orderId);
}

/**
 * Let an order wait at another price. The contract amends no triggers, so that another order takes its place: both or nothing
 * happens (an all-or-none batch), and whoever is refused still has the order that protected them. Throws what it was refused
 * with.
 */
export async function moveTrigger(client: ExchangeClient, order: Order, changes: TriggerChanges): Promise<void> {
  const place = replacementOf(order, changes, newKey());
  replaced.add(order.orderId);
  try {
    await client.batchOrders([{ cancel: { orderId: order.orderId } }, { place }], { allOrNone: true });
  } catch (error) {
    if (error instanceof OutcomeUnknown && (await isThere(client, place.clientOrderId))) return;
    replaced.delete(order.orderId);
    throw error;
  }
}

/** The order with other terms and a key of its own: what is left of it, and everything else as it was. */
export function replacementOf(order: Order, changes: TriggerChanges, clientOrderId: string) {
  const { triggerPrice, price = order.price, quantity = order.quantity } = changes;
  return {
    clientOrderId,
    market: order.market,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    triggerPrice,
    price,
    quantity: quantity.minus(order.filledQuantity).minus(order.preventedQuantity),
    postOnly: order.postOnly,
    slide: order.slide,
    selfTradePrevention: order.selfTradePrevention,
    expireTime: order.expireTimeNs,
  } satisfies NewOrder;
}

function isThere(client: ExchangeClient, clientOrderId: string): Promise<boolean> {
  return client.getOrder({ clientOrderId }).then(
    () => true,
    () => false,
  );
}
