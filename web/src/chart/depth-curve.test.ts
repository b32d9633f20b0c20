import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { depthAt, depthCurve } from "./depth-curve";

const level = (price: string, quantity: string) => ({ price: new Decimal(price), quantity: new Decimal(quantity) });

const CURVE = depthCurve({
  bids: [level("99", "1"), level("98", "2"), level("90", "50")],
  asks: [level("101", "2"), level("103", "4")],
});

it("is as wide as the nearer side reaches", () => {
  expect(CURVE.range).toEqual({ low: 97, high: 103, mid: 100 });
  expect(CURVE.bids.map(({ x, y }) => [x, y])).toEqual([
    [99, 1],
    [98, 3],
  ]);
  expect(CURVE.deepest).toBe(6);
});

it("finds what lies up to a price", () => {
  expect(depthAt(CURVE, 98.5)?.y).toBe(1);
  expect(depthAt(CURVE, 97.5)?.y).toBe(3);
  expect(depthAt(CURVE, 102)?.y).toBe(2);
  expect(depthAt(CURVE, 99.5)).toBeUndefined();
});

it("has no range without two sides", () => {
  expect(depthCurve({ bids: [level("99", "1")], asks: [] }).range).toBeUndefined();
});
