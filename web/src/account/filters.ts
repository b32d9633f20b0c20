/** What the account panel's filters let through. The server filters history by the same rules. */
import type { Fill, Market, Order, OrderStatus, Side } from "@exchange/sdk";

/** How far back history is shown; `all` is from the first entry. */
export const PERIODS = { day: 1, week: 7, month: 30, all: null } as const;
export type Period = keyof typeof PERIODS;

export const PERIOD_NAMES: Readonly<Record<Period, string>> = {
  day: "24 hours",
  week: "7 days",
  month: "30 days",
  all: "All time",
};

/** Absent is no limit. */
export interface AccountFilter {
  readonly market?: string;
  readonly side?: Side;
  readonly status?: OrderStatus;
  readonly asset?: string;
  readonly period: Period;
  /** What client order ids begin with. */
  readonly clientOrderIdPrefix: string;
}

export const NO_FILTER: AccountFilter = { period: "all", clientOrderIdPrefix: "" };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Return when a period begins; undefined for `all`.
 *
 * It is cut to the minute, so that the same question is asked (and its answer found again) for a while.
 */
export function periodStart(period: Period, now: Date): Date | undefined {
  const days = PERIODS[period];
  if (days === null) {
    return undefined;
  }
  return new Date(Math.floor((now.getTime() - days * DAY_MS) / MINUTE_MS) * MINUTE_MS);
}

/** Tell whether an order passes market, side, status and key prefix. */
export function orderPasses(filter: AccountFilter, order: Order): boolean {
  return (
    (filter.market === undefined || order.market === filter.market) &&
    (filter.side === undefined || order.side === filter.side) &&
    (filter.status === undefined || order.status === filter.status) &&
    order.clientOrderId.startsWith(filter.clientOrderIdPrefix)
  );
}

/** Tell whether a fill passes market, side and key prefix. */
export function fillPasses(filter: AccountFilter, fill: Fill): boolean {
  return (
    (filter.market === undefined || fill.market === filter.market) &&
    (filter.side === undefined || fill.side === filter.side) &&
    fill.clientOrderId.startsWith(filter.clientOrderIdPrefix)
  );
}

/** Tell whether the ledger's entries of a fill pass asset and period; of an unknown market they may not. */
export function ledgerTells(filter: AccountFilter, fill: Fill, market: Market | undefined, now: Date): boolean {
  const start = periodStart(filter.period, now);
  return (
    (filter.asset === undefined || filter.asset === market?.baseAsset || filter.asset === market?.quoteAsset) &&
    (start === undefined || fill.tradeTime >= start)
  );
}

/** Count the limits that are set, for the mark on the filter button. */
export function limitCount(filter: AccountFilter): number {
  const set = [filter.market, filter.side, filter.status, filter.asset, filter.clientOrderIdPrefix || undefined];
  return set.filter((limit) => limit !== undefined).length + (filter.period === "all" ? 0 : 1);
}
