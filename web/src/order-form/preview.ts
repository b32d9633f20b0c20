import type { Decimal } from "decimal.js";
import { Decimal as DecimalValue } from "decimal.js";

/** What of the answer to `validateOnly` the estimate is made of. */
export type PlacedPreview = {
  order: {
    side: string;
    price?: Decimal | null;
    quantity: Decimal;
    openQuantity: Decimal;
    filledQuantity: Decimal;
    filledQuote: Decimal;
  };
  preview?: {
    averagePrice?: Decimal | null;
    fee: Decimal;
    reserved: Decimal;
    preventedQuantity: Decimal;
    selfTradeOrderIds: readonly bigint[];
  } | null;
};

export type Estimate = {
  /** To buy: what leaves the balance or is held, fees included. To sell: what comes in, fees taken off. Quote units. */
  total: Decimal;
  /** Of what would execute at once, quote units; negative for a rebate. */
  fee: Decimal;
  /** Of what would execute at once; undefined when nothing would. */
  averagePrice: Decimal | undefined;
  /** Base units that would execute at once, and that would go on to rest or wait. */
  executes: Decimal;
  rests: Decimal;
  /** Whether it would meet an own order, which prevention then takes. */
  meetsOwnOrders: boolean;
};

const ZERO = new DecimalValue(0);

/** Put together what the exchange says an order would do. Undefined for an order that was placed before. */
export function estimateOf({ order, preview }: PlacedPreview): Estimate | undefined {
  if (!preview) return undefined;
  const isBuy = order.side === "BUY";
  const restingQuote = order.price ? order.openQuantity.times(order.price) : ZERO;
  const total = isBuy
    ? order.filledQuote.plus(preview.fee).plus(preview.reserved)
    : order.filledQuote.minus(preview.fee).plus(restingQuote);
  return {
    total,
    fee: preview.fee,
    averagePrice: preview.averagePrice ?? undefined,
    executes: order.filledQuantity,
    rests: order.openQuantity,
    meetsOwnOrders: preview.selfTradeOrderIds.length > 0 || preview.preventedQuantity.gt(0),
  };
}
