/**
 * History and live events as one list.
 *
 * History comes from a database that may be a moment behind; events come at once. What events told is laid over the
 * pages, so that a fill is seen when it happens and an order shows its latest state, without asking for pages again.
 */
import type { Fill, LedgerEntry, Order } from "@exchange/sdk";

/** Name a fill: one trade may fill two orders of the same account. */
export function fillKey(fill: Fill): string {
  return `${fill.market}/${fill.tradeId}/${fill.orderId}`;
}

/** Return the fills of both, newest first and each once. */
export function mergeFills(live: readonly Fill[], history: readonly Fill[]): Fill[] {
  if (live.length === 0) {
    return [...history];
  }
  const known = new Set(history.map(fillKey));
  const newer = live.filter((fill) => !known.has(fillKey(fill)));
  return [...newer, ...history].sort((one, other) => compare(other.sequence, one.sequence));
}

/**
 * Return the history's orders, newest first, each as the events told it last, with the orders that history does not
 * have yet on top. Older orders than the oldest one shown wait for their page.
 */
export function mergeOrders(
  latest: ReadonlyMap<bigint, Order>,
  history: readonly Order[],
  isComplete: boolean,
): Order[] {
  const known = new Set(history.map((order) => order.orderId));
  const oldest = history.at(-1)?.orderId;
  const added = [...latest.values()].filter(
    (order) => !known.has(order.orderId) && (isComplete || oldest === undefined || order.orderId > oldest),
  );
  const merged = history.map((order) => newest(latest.get(order.orderId), order));
  return added.length === 0 ? merged : [...added, ...merged].sort((one, other) => compare(other.orderId, one.orderId));
}

function newest(event: Order | undefined, told: Order): Order {
  return event !== undefined && event.updateTimeNs >= told.updateTimeNs ? event : told;
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Tell whether entries of the ledger, newest first, do not have a fill yet that they must have. */
export function isBehind(entries: readonly LedgerEntry[], fill: Fill): boolean {
  const newest = entries[0];
  return newest === undefined || newest.sequence < fill.sequence;
}

/** Add an order as the latest word on it, and drop the longest known ones beyond `limit`. */
export function remember(orders: Map<bigint, Order>, order: Order, limit: number): void {
  orders.delete(order.orderId);
  orders.set(order.orderId, order);
  for (const orderId of orders.keys()) {
    if (orders.size <= limit) {
      break;
    }
    orders.delete(orderId);
  }
}
