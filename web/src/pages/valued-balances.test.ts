import { type Balance, Decimal, type Market } from "@exchange/sdk";
import { expect, it } from "vitest";
import { valuedBalances } from "./valued-balances";

const balance = (asset: string, total: string) => ({ asset, total: new Decimal(total) }) as Balance;
const market = (baseAsset: string, quoteAsset: string, lastPrice?: string) =>
  ({ baseAsset, quoteAsset, lastPrice: lastPrice && new Decimal(lastPrice) }) as Market;

const markets = [market("BTC", "USDC", "100"), market("BTC", "EUR", "90"), market("ETH", "USDC")];

it("values what has a price in the quote asset, the most valuable first", () => {
  const rows = valuedBalances([balance("ETH", "5"), balance("USDC", "100"), balance("BTC", "3")], markets, "USDC");
  expect(rows.map((row) => [row.balance.asset, row.value?.toFixed(), row.share])).toEqual([
    ["BTC", "300", 0.75],
    ["USDC", "100", 0.25],
    ["ETH", undefined, 0],
  ]);
});

it("takes the prices of the quote asset that is asked for", () => {
  const [row] = valuedBalances([balance("BTC", "3")], markets, "EUR");
  expect(row?.value?.toFixed()).toBe("270");
});
