import type { EquityPoint } from "@exchange/sdk";
import { Decimal } from "@exchange/sdk";
import { describe, expect, it } from "vitest";
import { equityChange, equitySeries, rangeStart } from "./equity-series";

const point = (minute: number, equity: string): EquityPoint =>
  ({ time: new Date(minute * 60_000), equity: new Decimal(equity) }) as EquityPoint;

describe("the change of equity", () => {
  it("is exact, from the first point to the last", () => {
    const change = equityChange([point(0, "1000000000000000000.1"), point(1, "1000000000000000000.3")]);
    expect(change?.amount.toFixed()).toBe("0.2");
  });

  it("takes what the account is worth now as the last value", () => {
    const change = equityChange([point(0, "200")], new Decimal("150"));
    expect([change?.amount.toFixed(), change?.percent?.toFixed()]).toEqual(["-50", "-25"]);
  });

  it("has no percentage of nothing", () => {
    const change = equityChange([point(0, "0"), point(1, "5")]);
    expect([change?.amount.toFixed(), change?.percent]).toEqual(["5", undefined]);
  });

  it("is not known from a single value", () => {
    expect(equityChange([point(0, "5")])).toBeUndefined();
    expect(equityChange([], new Decimal(5))).toBeUndefined();
  });
});

it("draws seconds against values", () => {
  expect(equitySeries([point(0, "1.5"), point(1, "2")])).toEqual([
    [0, 60],
    [1.5, 2],
  ]);
});

it("begins a range before now, and the whole time nowhere", () => {
  const now = new Date(10_000_000);
  expect(rangeStart("1H", now)).toEqual(new Date(10_000_000 - 3_600_000));
  expect(rangeStart("All", now)).toBeUndefined();
});
