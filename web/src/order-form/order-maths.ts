import { Decimal } from "decimal.js";

/** What of a market's rules the form needs. Steps in the units of the market, fees in millionths of the quote amount. */
export type MarketRules = {
  tickSize: Decimal;
  lotSize: Decimal;
  makerFeePpm: number;
  takerFeePpm: number;
};

const MILLION = new Decimal(1_000_000);

/** The nearest price that the market takes, never below one tick; halves go up. */
export function snapPrice(price: Decimal, tickSize: Decimal): Decimal {
  const ticks = price.div(tickSize).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
  return Decimal.max(ticks, 1).times(tickSize);
}

/** The largest quantity that the market takes and that is not more than was asked for. */
export function snapQuantity(quantity: Decimal, lotSize: Decimal): Decimal {
  return quantity.div(lotSize).floor().times(lotSize);
}

/** A price some ticks further; never below one tick. */
export function stepPrice(price: Decimal, ticks: number, tickSize: Decimal): Decimal {
  return Decimal.max(snapPrice(price, tickSize).plus(tickSize.times(ticks)), tickSize);
}

/** A quantity some lots further; never below zero. */
export function stepQuantity(quantity: Decimal, lots: number, lotSize: Decimal): Decimal {
  return Decimal.max(snapQuantity(quantity, lotSize).plus(lotSize.times(lots)), 0);
}

/** Millionths of the quote amount that the exchange reserves for fees: the worse of the two, never a rebate. */
export function worstFeePpm({ makerFeePpm, takerFeePpm }: MarketRules): number {
  return Math.max(makerFeePpm, takerFeePpm, 0);
}

type Spending = {
  isBuy: boolean;
  /** Available balance: quote units to buy, base units to sell. */
  available: Decimal;
  /** Quote units per base unit; what a buy is reckoned with. */
  price: Decimal | undefined;
  /** Part of the balance to spend, 0 to 1. */
  part: Decimal;
};

/**
 * The largest quantity that a part of the balance covers, fees included, in whole lots. Undefined when a buy has no
 * price to reckon with.
 */
export function affordableQuantity(
  { isBuy, available, price, part }: Spending,
  rules: MarketRules,
): Decimal | undefined {
  const budget = available.times(part);
  if (!isBuy) return snapQuantity(budget, rules.lotSize);
  if (!price?.gt(0)) return undefined;
  const costOfOne = price.times(MILLION.plus(worstFeePpm(rules))).div(MILLION);
  return snapQuantity(budget.div(costOfOne), rules.lotSize);
}

/** The part of a quote balance that a market order may spend, cut to what the asset can hold. */
export function affordableAmount(available: Decimal, part: Decimal, assetDecimals: number): Decimal {
  return available.times(part).toDecimalPlaces(assetDecimals, Decimal.ROUND_DOWN);
}

/** Price × quantity, quote units; undefined while either is missing. */
export function notionalOf(price: Decimal | undefined, quantity: Decimal | undefined): Decimal | undefined {
  return price && quantity ? price.times(quantity) : undefined;
}

/** The quantity that an amount buys at a price, in whole lots. */
export function quantityFor(amount: Decimal, price: Decimal, lotSize: Decimal): Decimal | undefined {
  return price.gt(0) ? snapQuantity(amount.div(price), lotSize) : undefined;
}
