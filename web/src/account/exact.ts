/** Sums of amounts without rounding. */
import { Decimal } from "decimal.js";

// decimal.js rounds results to 20 digits unless told otherwise; an amount may have 19 before the point and 18 behind.
const Exact = Decimal.clone({ precision: 80 });

export const ZERO: Decimal = new Exact(0);

/** Return one + other. */
export function plus(one: Decimal, other: Decimal): Decimal {
  return new Exact(one).plus(other);
}

/** Return one − other. */
export function minus(one: Decimal, other: Decimal): Decimal {
  return new Exact(one).minus(other);
}

/** Return one × other. */
export function times(one: Decimal, other: Decimal): Decimal {
  return new Exact(one).times(other);
}

/** Add up all of them. */
export function sum(amounts: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const amount of amounts) {
    total = total.plus(amount);
  }
  return total;
}

/** `part` in percent of `whole`, to two decimals; undefined when the whole is nothing. */
export function percentOf(part: Decimal, whole: Decimal): Decimal | undefined {
  return whole.isZero() ? undefined : times(part, new Decimal(100)).div(whole).toDecimalPlaces(2);
}
