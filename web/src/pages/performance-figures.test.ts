import { Decimal, type Performance } from "@exchange/sdk";
import { expect, it } from "vitest";
import { netResult, resultBars } from "./performance-figures";

const account = (realized: string, unrealized: string, fees: string) =>
  ({
    realizedPnl: new Decimal(realized),
    unrealizedPnl: new Decimal(unrealized),
    fees: new Decimal(fees),
  }) as Performance;

it("takes fees off what was won", () => {
  expect(netResult(account("10", "-2.5", "0.75")).toFixed()).toBe("6.75");
});

it("measures all by the largest result, won or lost", () => {
  expect(resultBars([account("5", "0", "0"), account("-10", "0", "0"), account("0", "0", "0")])).toEqual([0.5, -1, 0]);
});

it("is nothing when nobody won or lost", () => {
  expect(resultBars([account("0", "0", "0")])).toEqual([0]);
  expect(resultBars([])).toEqual([]);
});
