/** Balances with what they are worth, by the same rule as the portfolio's equity. */
import { type Balance, Decimal, type Market } from "@exchange/sdk";
import { shareOf } from "./portfolio-figures";

/** `value`: quote units at the last price; undefined without a market or trade. `share`: of all values, 0 to 1. */
export interface ValuedBalance {
  readonly balance: Balance;
  readonly price: Decimal | undefined;
  readonly value: Decimal | undefined;
  readonly share: number;
}

const ONE = new Decimal(1);

/** Value every balance in the quote asset; the most valuable first, those without a price last. */
export function valuedBalances(
  balances: readonly Balance[],
  markets: readonly Market[],
  quoteAsset: string,
): ValuedBalance[] {
  const prices = new Map(
    markets.filter((market) => market.quoteAsset === quoteAsset).map((market) => [market.baseAsset, market.lastPrice]),
  );
  prices.set(quoteAsset, ONE);
  const valued = balances.map((balance) => {
    const price = prices.get(balance.asset);
    return { balance, price, value: price && balance.total.times(price) };
  });
  const whole = valued.reduce<Decimal>((total, { value }) => (value ? total.plus(value) : total), new Decimal(0));
  return valued
    .map((row) => ({ ...row, share: row.value ? shareOf(row.value, whole) : 0 }))
    .sort((one, other) => other.share - one.share);
}
