import type { Side, TimeInForce } from "@exchange/sdk";
import { parseDecimal, toPlainText } from "@/lib/decimal";
import type { OrderTraits } from "@/market/market-status";

export type OrderKind = "LIMIT" | "MARKET" | "STOP" | "TAKE_PROFIT";
export type Execution = "LIMIT" | "MARKET";
/** Whether `size` is a quantity in base units or, for a market order, an amount in quote units. */
export type SizeUnit = "BASE" | "QUOTE";

/** What the form holds: what a person typed, as text. */
export type OrderValues = {
  side: Side;
  kind: OrderKind;
  /** What a stop or take-profit becomes when it triggers. */
  execution: Execution;
  price: string;
  triggerPrice: string;
  size: string;
  sizeUnit: SizeUnit;
  timeInForce: TimeInForce;
  postOnly: boolean;
  /** Local date and time as the browser's field has it: `2026-03-01T14:00`. */
  expireTime: string;
};

export const EMPTY_ORDER: OrderValues = {
  side: "BUY",
  kind: "LIMIT",
  execution: "LIMIT",
  price: "",
  triggerPrice: "",
  size: "",
  sizeUnit: "BASE",
  timeInForce: "GTC",
  postOnly: false,
  expireTime: "",
};

/** What decides which fields there are. */
type Shape = Pick<OrderValues, "kind" | "execution">;

export function hasTrigger({ kind }: Shape): boolean {
  return kind === "STOP" || kind === "TAKE_PROFIT";
}

export function hasLimitPrice({ kind, execution }: Shape): boolean {
  return kind === "LIMIT" || (kind !== "MARKET" && execution === "LIMIT");
}

/** An amount instead of a quantity is for plain market orders. */
export function effectiveUnit({ kind, sizeUnit }: Pick<OrderValues, "kind" | "sizeUnit">): SizeUnit {
  return kind === "MARKET" ? sizeUnit : "BASE";
}

/** The times in force that the exchange takes for such an order, the usual one first. */
export function allowedTimesInForce(shape: Shape): readonly TimeInForce[] {
  if (hasLimitPrice(shape)) return ["GTC", "GTT", "IOC", "FOK"];
  // An order that waits for its trigger may stop waiting at a time.
  return hasTrigger(shape) ? ["IOC", "FOK", "GTT"] : ["IOC", "FOK"];
}

export function effectiveTimeInForce(values: Pick<OrderValues, "kind" | "execution" | "timeInForce">): TimeInForce {
  const allowed = allowedTimesInForce(values);
  return allowed.includes(values.timeInForce) ? values.timeInForce : (allowed[0] ?? "GTC");
}

/** Post-only is for orders that may rest. */
export function allowsPostOnly(values: Pick<OrderValues, "kind" | "execution" | "timeInForce">): boolean {
  const timeInForce = effectiveTimeInForce(values);
  return hasLimitPrice(values) && (timeInForce === "GTC" || timeInForce === "GTT");
}

/** What of the order a market looks at when it does not take everything. */
export function traitsOf(values: OrderValues): OrderTraits {
  const mayRest = allowsPostOnly(values);
  return { waitsForTrigger: hasTrigger(values), mayRest, postOnly: values.postOnly && mayRest };
}

export type ContractType =
  | "LIMIT"
  | "MARKET"
  | "STOP_MARKET"
  | "STOP_LIMIT"
  | "TAKE_PROFIT_MARKET"
  | "TAKE_PROFIT_LIMIT";

export function contractType({ kind, execution }: Shape): ContractType {
  return kind === "LIMIT" || kind === "MARKET" ? kind : `${kind}_${execution}`;
}

/** The order as the SDK takes it; decimals are plain text, so that it can also name a query. */
export type OrderRequest = {
  market: string;
  side: Side;
  type: ContractType;
  timeInForce: TimeInForce;
  price?: string;
  triggerPrice?: string;
  quantity?: string;
  quoteAmount?: string;
  postOnly?: true;
  expireTime?: Date;
};

/** Leave out whatever the chosen kind of order has no use for, whatever the hidden fields hold. */
export function toOrderRequest(values: OrderValues, market: string): OrderRequest {
  const timeInForce = effectiveTimeInForce(values);
  const size = plain(values.size);
  return {
    market,
    side: values.side,
    type: contractType(values),
    timeInForce,
    ...(hasLimitPrice(values) ? { price: plain(values.price) } : {}),
    ...(hasTrigger(values) ? { triggerPrice: plain(values.triggerPrice) } : {}),
    ...(effectiveUnit(values) === "QUOTE" ? { quoteAmount: size } : { quantity: size }),
    ...(values.postOnly && allowsPostOnly(values) ? { postOnly: true as const } : {}),
    ...(timeInForce === "GTT" ? { expireTime: new Date(values.expireTime) } : {}),
  };
}

/** Digits as the contract wants them: no separators, no zeros at the end. Text that is no number stays, and is refused. */
function plain(text: string): string {
  const value = parseDecimal(text);
  return value ? toPlainText(value) : text.trim();
}
