import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import {
  affordableAmount,
  affordableQuantity,
  quantityFor,
  snapPrice,
  snapQuantity,
  stepPrice,
  stepQuantity,
  worstFeePpm,
} from "./order-maths";

const d = (text: string) => new Decimal(text);
const RULES = { tickSize: d("0.5"), lotSize: d("0.001"), makerFeePpm: -100, takerFeePpm: 1000 };
const text = (value: Decimal | undefined) => value?.toFixed();

describe("snapping", () => {
  it("takes the nearest tick", () => {
    expect(text(snapPrice(d("100.24"), d("0.5")))).toBe("100");
    expect(text(snapPrice(d("100.25"), d("0.5")))).toBe("100.5");
  });
  it("never gives a price of zero", () => {
    expect(text(snapPrice(d("0.1"), d("0.5")))).toBe("0.5");
  });
  it("never gives more than was asked for", () => {
    expect(text(snapQuantity(d("1.23456"), d("0.001")))).toBe("1.234");
    expect(text(snapQuantity(d("0.0009"), d("0.001")))).toBe("0");
  });
  it("is exact where floats are not", () => {
    expect(text(snapQuantity(d("0.3"), d("0.1")))).toBe("0.3");
    expect(text(snapPrice(d("1.1"), d("0.1")))).toBe("1.1");
  });
});

describe("stepping", () => {
  it("goes from the snapped value", () => {
    expect(text(stepPrice(d("100.2"), 1, d("0.5")))).toBe("100.5");
    expect(text(stepQuantity(d("0.0015"), 10, d("0.001")))).toBe("0.011");
  });
  it("stops at the least", () => {
    expect(text(stepPrice(d("0.5"), -3, d("0.5")))).toBe("0.5");
    expect(text(stepQuantity(d("0.001"), -3, d("0.001")))).toBe("0");
  });
});

describe("what a balance covers", () => {
  it("leaves room for the worst fee", () => {
    const quantity = affordableQuantity({ isBuy: true, available: d("1000"), price: d("100"), part: d("1") }, RULES);
    expect(text(quantity)).toBe("9.99");
    expect(d("9.99").times("100").times("1.001").lte("1000")).toBe(true);
    expect(d("9.991").times("100").times("1.001").lte("1000")).toBe(false);
  });
  it("is a part of the base balance to sell", () => {
    const quantity = affordableQuantity(
      { isBuy: false, available: d("2.0019"), price: undefined, part: d("0.5") },
      RULES,
    );
    expect(text(quantity)).toBe("1");
  });
  it("is not known for a buy without a price", () => {
    expect(
      affordableQuantity({ isBuy: true, available: d("1"), price: undefined, part: d("1") }, RULES),
    ).toBeUndefined();
    expect(affordableQuantity({ isBuy: true, available: d("1"), price: d("0"), part: d("1") }, RULES)).toBeUndefined();
  });
  it("does not reckon with rebates", () => {
    expect(worstFeePpm({ ...RULES, takerFeePpm: -50 })).toBe(0);
  });
  it("cuts an amount to the asset's atoms", () => {
    expect(text(affordableAmount(d("10.1234567"), d("0.25"), 6))).toBe("2.530864");
  });
});

describe("quantityFor", () => {
  it("is in whole lots", () => {
    expect(text(quantityFor(d("100"), d("30"), d("0.01")))).toBe("3.33");
  });
  it("is unknown at a price of zero", () => {
    expect(quantityFor(d("100"), d("0"), d("0.01"))).toBeUndefined();
  });
});
