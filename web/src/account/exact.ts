/** Sums and shares of amounts, without rounding in between: the SDK's decimals have room for all digits. */
import { Decimal } from "@exchange/sdk";

const ZERO = new Decimal(0);

/** Add up all of them. */
export function sum(amounts: Iterable<Decimal>): Decimal {
  let total: Decimal = ZERO;
  for (const amount of amounts) {
    total = total.plus(amount);
  }
  return total;
}

/** `part` in percent of `whole`, to two decimals; undefined when the whole is nothing. */
export function percentOf(part: Decimal, whole: Decimal): Decimal | undefined {
  return whole.isZero() ? undefined : part.times(100).div(whole).toDecimalPlaces(2);
}
