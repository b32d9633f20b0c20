/** What exported files hold: the contract's names, everything that a row tells, nothing rounded. */
import type { Balance, Fill, LedgerEntry, Order } from "@exchange/sdk";
import type { CsvColumn } from "./csv";

export const ORDER_CSV: readonly CsvColumn<Order>[] = [
  { title: "create_time", value: (order) => nanoTime(order.createTimeNs) },
  { title: "update_time", value: (order) => nanoTime(order.updateTimeNs) },
  { title: "order_id", value: (order) => order.orderId },
  { title: "client_order_id", value: (order) => order.clientOrderId },
  { title: "market", value: (order) => order.market },
  { title: "side", value: (order) => order.side },
  { title: "type", value: (order) => order.type },
  { title: "time_in_force", value: (order) => order.timeInForce },
  { title: "post_only", value: (order) => order.postOnly },
  { title: "price", value: (order) => order.price },
  { title: "trigger_price", value: (order) => order.triggerPrice },
  { title: "quantity", value: (order) => order.quantity },
  { title: "quote_amount", value: (order) => order.quoteAmount },
  { title: "filled_quantity", value: (order) => order.filledQuantity },
  { title: "open_quantity", value: (order) => order.openQuantity },
  { title: "filled_quote", value: (order) => order.filledQuote },
  { title: "fee", value: (order) => order.fee },
  { title: "status", value: (order) => order.status },
  { title: "close_reason", value: (order) => order.closeReason },
];

export const FILL_CSV: readonly CsvColumn<Fill>[] = [
  { title: "trade_time", value: (fill) => nanoTime(fill.tradeTimeNs) },
  { title: "market", value: (fill) => fill.market },
  { title: "trade_id", value: (fill) => fill.tradeId },
  { title: "order_id", value: (fill) => fill.orderId },
  { title: "client_order_id", value: (fill) => fill.clientOrderId },
  { title: "side", value: (fill) => fill.side },
  { title: "liquidity", value: (fill) => fill.liquidity },
  { title: "price", value: (fill) => fill.price },
  { title: "quantity", value: (fill) => fill.quantity },
  { title: "quote_amount", value: (fill) => fill.quoteAmount },
  { title: "fee", value: (fill) => fill.fee },
  { title: "sequence", value: (fill) => fill.sequence },
];

export const LEDGER_CSV: readonly CsvColumn<LedgerEntry>[] = [
  { title: "book_time", value: (entry) => nanoTime(entry.bookTimeNs) },
  { title: "sequence", value: (entry) => entry.sequence },
  { title: "line", value: (entry) => entry.line },
  { title: "kind", value: (entry) => entry.kind },
  { title: "asset", value: (entry) => entry.asset },
  { title: "amount", value: (entry) => entry.amount },
  { title: "market", value: (entry) => entry.market },
  { title: "trade_id", value: (entry) => entry.tradeId || null },
];

export const BALANCE_CSV: readonly CsvColumn<Balance>[] = [
  { title: "asset", value: (balance) => balance.asset },
  { title: "available", value: (balance) => balance.available },
  { title: "reserved", value: (balance) => balance.reserved },
  { title: "total", value: (balance) => balance.total },
];

/** Write nanoseconds since 1970 in UTC with all nine digits: `2026-01-31T14:25:01.123456789Z`. */
export function nanoTime(timeNs: bigint): string {
  const second = new Date(Number(timeNs / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${second}.${(timeNs % 1_000_000_000n).toString().padStart(9, "0")}Z`;
}
