import type { Order } from "@exchange/sdk";
import { useExchange } from "@exchange/sdk/react";
import type { Decimal } from "decimal.js";
import { useCallback, useEffect, useMemo, useState } from "react";
import { toast } from "sonner";
import { moveTrigger } from "@/account/move-trigger";
import { formatDecimal } from "@/lib/decimal";
import { errorText } from "@/lib/errors";

/** What has been asked of an order and is not yet told by the account's stream. */
export type OrderEdit = { kind: "move"; price: Decimal } | { kind: "cancel" };

export type OrderEdits = {
  /** By order id. */
  pending: ReadonlyMap<bigint, OrderEdit>;
  move: (order: Order, price: Decimal) => Promise<void>;
  cancel: (order: Order) => Promise<void>;
};

/**
 * Amend and cancel with the result shown at once. When the exchange refuses, the order is shown as it was, and a toast says why.
 * `orders` are the open orders as the account's stream tells them.
 */
export function useOrderEdits(orders: readonly Order[]): OrderEdits {
  const client = useExchange();
  const [pending, setPending] = useState<ReadonlyMap<bigint, OrderEdit>>(new Map());

  const move = useCallback(
    async (order: Order, price: Decimal) => {
      const standsAt = linePrice(order);
      if (standsAt?.eq(price)) return;
      setPending((edits) => withEdit(edits, order.orderId, { kind: "move", price }));
      try {
        if (order.status === "PENDING_TRIGGER") await moveTrigger(client, order, { triggerPrice: price });
        else await client.amendOrder({ orderId: order.orderId, price });
      } catch (error) {
        toast.error(`Order stays at ${formatDecimal(standsAt)}`, { description: errorText(error) });
        setPending((edits) => withoutEdit(edits, order.orderId));
      }
    },
    [client],
  );

  const cancel = useCallback(
    async (order: Order) => {
      setPending((edits) => withEdit(edits, order.orderId, { kind: "cancel" }));
      try {
        await client.cancelOrder({ orderId: order.orderId });
      } catch (error) {
        toast.error("Order was not canceled", { description: errorText(error) });
        setPending((edits) => withoutEdit(edits, order.orderId));
      }
    },
    [client],
  );

  // What the stream confirms needs no guess any more.
  useEffect(() => {
    setPending((edits) => withoutConfirmed(edits, orders));
  }, [orders]);

  return useMemo(() => ({ pending, move, cancel }), [pending, move, cancel]);
}

function withEdit(edits: ReadonlyMap<bigint, OrderEdit>, orderId: bigint, edit: OrderEdit): Map<bigint, OrderEdit> {
  return new Map(edits).set(orderId, edit);
}

function withoutEdit(edits: ReadonlyMap<bigint, OrderEdit>, orderId: bigint): Map<bigint, OrderEdit> {
  const rest = new Map(edits);
  rest.delete(orderId);
  return rest;
}

type PricedOrder = Pick<Order, "status" | "price" | "peggedPrice" | "triggerPrice">;

/** Where an order stands: its limit, or what it waits for. */
export function linePrice(order: PricedOrder): Decimal | undefined {
  if (order.status === "PENDING_TRIGGER") return order.triggerPrice;
  return order.price ?? order.peggedPrice;
}

type OpenOrder = PricedOrder & { orderId: bigint };

/** Drop the edits that the open orders show: a moved order at its price, an order that is gone. The same map if none is. */
export function withoutConfirmed(
  edits: ReadonlyMap<bigint, OrderEdit>,
  orders: readonly OpenOrder[],
): ReadonlyMap<bigint, OrderEdit> {
  const rest = new Map(edits);
  for (const [orderId, edit] of edits) {
    const order = orders.find((each) => each.orderId === orderId);
    if (!order || (edit.kind === "move" && linePrice(order)?.eq(edit.price))) rest.delete(orderId);
  }
  return rest.size === edits.size ? edits : rest;
}
