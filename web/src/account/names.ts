/** The contract's names in words that people read. */
import type {
  CloseReason,
  LedgerEntryKind,
  Liquidity,
  MarketStatus,
  Order,
  OrderType,
  Scope,
  TimeInForce,
} from "@exchange/sdk";

const ORDER_TYPES: Partial<Record<OrderType, string>> = {
  LIMIT: "Limit",
  MARKET: "Market",
  STOP_MARKET: "Stop",
  STOP_LIMIT: "Stop limit",
  TAKE_PROFIT_MARKET: "Take profit",
  TAKE_PROFIT_LIMIT: "Take profit limit",
  TRAILING_STOP: "Trailing stop",
  PEGGED: "Pegged",
};

const CLOSE_REASONS: Partial<Record<CloseReason, string>> = {
  CANCELED_BY_OWNER: "canceled by you",
  CANCELED_BY_OPERATOR: "canceled by the operator",
  NO_LIQUIDITY: "nothing left to trade with",
  NOT_FILLABLE: "could not fill at once and whole",
  SELF_TRADE: "would have traded with yourself",
  QUOTE_AMOUNT_TOO_SMALL: "amount too small for one lot",
  EXPIRE_TIME: "its time was up",
  CANCEL_ALL_AFTER: "dead-man's switch",
  DISCONNECTED: "its session ended",
  PRICE_PROTECTION: "price protection of the market",
  TRIGGER_REFUSED: "refused when it triggered",
  ORDER_LIST: "the other order of its list",
};

/** `STOP_LIMIT` as `Stop limit`: also for names that this page does not know yet. */
export function inWords(name: string): string {
  const words = name.replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How an order is priced and how long it stays, such as `Limit · post-only` or `Limit · IOC`. */
export function orderKind(order: Order): string {
  const extras = [
    order.timeInForce === usualTimeInForce(order.type) ? "" : order.timeInForce,
    order.postOnly ? "post-only" : "",
    order.displayQuantity === undefined ? "" : "iceberg",
  ];
  return [ORDER_TYPES[order.type] ?? inWords(order.type), ...extras.filter(Boolean)].join(" · ");
}

/** The time in force that goes without saying. */
function usualTimeInForce(type: OrderType): TimeInForce {
  return type === "LIMIT" || type.endsWith("_LIMIT") || type === "PEGGED" ? "GTC" : "IOC";
}

/** What has become of an order; one that ended early says how much of it had traded. */
export function orderState(order: Order): string {
  if (order.status === "OPEN") {
    return order.filledQuantity.isZero() ? "Open" : "Partly filled";
  }
  return order.status === "PENDING_TRIGGER" ? "Waiting" : inWords(order.status);
}

/** Why an order ended early; empty for others. */
export function closeReason(order: Order): string {
  return order.closeReason === undefined ? "" : (CLOSE_REASONS[order.closeReason] ?? inWords(order.closeReason));
}

/** Quiet for what is as usual; a colour for what a person looks for. */
export function orderTone(order: Order): "neutral" | "buy" | "warn" | "accent" {
  if (order.status === "FILLED") {
    return "buy";
  }
  if (order.status === "PENDING_TRIGGER") {
    return "warn";
  }
  return order.status === "OPEN" && !order.filledQuantity.isZero() ? "accent" : "neutral";
}

export const liquidityName = (liquidity: Liquidity): string => inWords(liquidity);
export const ledgerKindName = (kind: LedgerEntryKind): string => inWords(kind);
export const scopeName = (scope: Scope): string => inWords(scope);
export const marketStatusName = (status: MarketStatus): string => inWords(status);
