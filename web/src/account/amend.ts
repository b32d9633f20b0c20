/** What of an order its owner wants changed, from what was typed. */
import { Decimal, type Order } from "@exchange/sdk";
import { hasTriggerToMove } from "./move-trigger";

/** As typed. */
export interface AmendText {
  readonly triggerPrice: string;
  readonly price: string;
  readonly quantity: string;
}

/** New values; what is absent stays. */
export interface AmendChanges {
  readonly triggerPrice?: Decimal;
  readonly price?: Decimal;
  readonly quantity?: Decimal;
}

export type AmendProblems = Partial<Record<keyof AmendText, string>>;

export type AmendReading =
  | { readonly kind: "changes"; readonly changes: AmendChanges }
  | { readonly kind: "unchanged" }
  | { readonly kind: "problems"; readonly problems: AmendProblems };

/** What the contract takes as a decimal. */
const PLAIN_DECIMAL = /^(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?$/;

/** Tell whether an order has a price of its own that can be changed; a pegged one follows the book. */
export function hasPriceToAmend(order: Order): boolean {
  return order.price !== undefined && order.type !== "PEGGED";
}

/** Read what was typed; tick, lot and money are the exchange's to judge. */
export function readAmend(order: Order, text: AmendText): AmendReading {
  const triggerPrice = hasTriggerToMove(order) ? readPositive(text.triggerPrice) : order.triggerPrice;
  const price = hasPriceToAmend(order) ? readPositive(text.price) : order.price;
  const quantity = readPositive(text.quantity);
  const problems: AmendProblems = {
    ...(triggerPrice === null ? { triggerPrice: "Not a positive number" } : {}),
    ...(price === null ? { price: "Not a positive number" } : {}),
    ...(quantity === null ? { quantity: "Not a positive number" } : {}),
  };
  if (triggerPrice === null || price === null || quantity === null) {
    return { kind: "problems", problems };
  }
  const changes: AmendChanges = {
    ...(triggerPrice !== undefined && order.triggerPrice !== undefined && !triggerPrice.eq(order.triggerPrice)
      ? { triggerPrice }
      : {}),
    ...(price !== undefined && order.price !== undefined && !price.eq(order.price) ? { price } : {}),
    ...(quantity.eq(order.quantity) ? {} : { quantity }),
  };
  return Object.keys(changes).length === 0 ? { kind: "unchanged" } : { kind: "changes", changes };
}

function readPositive(text: string): Decimal | null {
  const trimmed = text.trim().replaceAll(",", "");
  if (!PLAIN_DECIMAL.test(trimmed)) {
    return null;
  }
  const value = new Decimal(trimmed);
  return value.gt(0) ? value : null;
}
