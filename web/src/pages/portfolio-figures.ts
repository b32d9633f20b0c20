/** What a portfolio's positions come to, exactly. */
import type { Decimal, Position } from "@exchange/sdk";
import { sum } from "@/account/exact";
import { toPlotNumber } from "@/lib/decimal";

/** Sums over positions, quote units. `net`: won or lost, fees taken off. */
export interface PortfolioTotals {
  readonly realized: Decimal;
  readonly unrealized: Decimal;
  readonly fees: Decimal;
  readonly volume: Decimal;
  readonly net: Decimal;
  readonly fillCount: bigint;
}

export function portfolioTotals(positions: readonly Position[]): PortfolioTotals {
  const realized = sum(positions.map((position) => position.realizedPnl));
  const unrealized = sum(positions.map((position) => position.unrealizedPnl));
  const fees = sum(positions.map((position) => position.fees));
  return {
    realized,
    unrealized,
    fees,
    volume: sum(positions.map((position) => position.volume)),
    net: realized.plus(unrealized).minus(fees),
    fillCount: positions.reduce((total, position) => total + position.fillCount, 0n),
  };
}

/** Won or lost in one market, fees taken off; quote units. */
export function netOf(position: Position): Decimal {
  return position.realizedPnl.plus(position.unrealizedPnl).minus(position.fees);
}

/** `amount` as a part of `whole`, 0 to 1; 0 when the whole is nothing. Only for drawing. */
export function shareOf(amount: Decimal, whole: Decimal): number {
  return whole.isZero() ? 0 : toPlotNumber(amount.abs().div(whole.abs()));
}
