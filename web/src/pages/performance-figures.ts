/** What accounts have won and lost, for comparison. */
import type { Decimal, Performance } from "@exchange/sdk";
import { toPlotNumber } from "@/lib/decimal";

/** Won or lost over all markets, fees taken off; quote units. */
export function netResult(account: Performance): Decimal {
  return account.realizedPnl.plus(account.unrealizedPnl).minus(account.fees);
}

/** Each account's result as a part of the largest one, −1 to 1; all 0 when nobody won or lost. */
export function resultBars(accounts: readonly Performance[]): number[] {
  const results = accounts.map(netResult);
  const largest = results.reduce<Decimal | undefined>(
    (most, result) => (most === undefined || result.abs().gt(most) ? result.abs() : most),
    undefined,
  );
  return results.map((result) => (largest === undefined || largest.isZero() ? 0 : toPlotNumber(result.div(largest))));
}
