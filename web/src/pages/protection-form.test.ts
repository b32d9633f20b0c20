import { Decimal, type MarketProtection } from "@exchange/sdk";
import { expect, it } from "vitest";
import { describeProtection, protectionTexts, readProtection } from "./protection-form";

const none: MarketProtection = {
  minQuantity: undefined,
  maxQuantity: undefined,
  minNotional: undefined,
  maxNotional: undefined,
  maxOpenOrders: 0,
  priceBandBps: 0,
  marketProtectionBps: 0,
  referencePrice: undefined,
};

it("shows what is not limited as empty, and reads empty as no limit", () => {
  expect(Object.values(protectionTexts(none)).join("")).toBe("");
  expect(readProtection(protectionTexts(none))).toEqual(none);
});

it("reads back what it shows", () => {
  const some = { ...none, minQuantity: new Decimal("0.000000000000000001"), priceBandBps: 500, maxOpenOrders: 7 };
  expect(readProtection(protectionTexts(some))).toEqual(some);
});

it("is told in one line", () => {
  expect(describeProtection({ protection: none })).toBe("None");
  const some = { ...none, minQuantity: new Decimal("0.1"), maxNotional: new Decimal(5000), priceBandBps: 500 };
  expect(describeProtection({ protection: some })).toBe("quantity ≥ 0.1 · amount ≤ 5,000 · band ±500 bps");
});
