import type { Position } from "@exchange/sdk";
import { Decimal } from "@exchange/sdk";
import { expect, it } from "vitest";
import { netOf, portfolioTotals, shareOf } from "./portfolio-figures";

const position = (realized: string, unrealized: string, fees: string, volume: string): Position =>
  ({
    realizedPnl: new Decimal(realized),
    unrealizedPnl: new Decimal(unrealized),
    fees: new Decimal(fees),
    volume: new Decimal(volume),
    fillCount: 2n,
  }) as unknown as Position;

it("sums positions exactly, and takes fees off what was won", () => {
  const totals = portfolioTotals([position("0.1", "-3", "0.01", "10"), position("0.2", "1", "-0.02", "5")]);
  expect(totals.realized.toFixed()).toBe("0.3");
  expect(totals.unrealized.toFixed()).toBe("-2");
  expect(totals.fees.toFixed()).toBe("-0.01");
  expect(totals.net.toFixed()).toBe("-1.69");
  expect(totals.volume.toFixed()).toBe("15");
  expect(totals.fillCount).toBe(4n);
});

it("is all zero without positions", () => {
  expect(portfolioTotals([]).net.isZero()).toBe(true);
});

it("takes the fees of one market off its result", () => {
  expect(netOf(position("5", "-1", "0.5", "0")).toFixed()).toBe("3.5");
});

it("is no part of nothing", () => {
  expect(shareOf(new Decimal(5), new Decimal(0))).toBe(0);
  expect(shareOf(new Decimal(-5), new Decimal(20))).toBe(0.25);
});
