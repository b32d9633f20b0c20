import type { Fill, Order } from "@exchange/sdk";
import { describe, expect, it } from "vitest";
import { fillPasses, limitCount, NO_FILTER, orderPasses, periodStart } from "./filters";

const order = { market: "BTC-USDC", side: "BUY", status: "OPEN", clientOrderId: "grid-1" } as Order;

describe("the filter of orders", () => {
  it("lets everything through when nothing is set", () => {
    expect(orderPasses(NO_FILTER, order)).toBe(true);
  });

  it.each([
    { market: "ETH-USDC" },
    { side: "SELL" as const },
    { status: "FILLED" as const },
    { clientOrderIdPrefix: "rid" },
  ])("holds back what does not match %o", (limit) => {
    expect(orderPasses({ ...NO_FILTER, ...limit }, order)).toBe(false);
  });

  it("takes the key from its beginning", () => {
    expect(orderPasses({ ...NO_FILTER, clientOrderIdPrefix: "grid-" }, order)).toBe(true);
  });
});

it("filters fills by market, side and key", () => {
  const fill = { market: "BTC-USDC", side: "SELL", clientOrderId: "" } as Fill;
  expect(fillPasses({ ...NO_FILTER, market: "BTC-USDC", side: "SELL" }, fill)).toBe(true);
  expect(fillPasses({ ...NO_FILTER, side: "BUY" }, fill)).toBe(false);
  expect(fillPasses({ ...NO_FILTER, clientOrderIdPrefix: "x" }, fill)).toBe(false);
});

it("begins a period at a whole minute, and all time nowhere", () => {
  expect(periodStart("day", new Date(Date.UTC(2026, 0, 2, 3, 4, 59)))).toEqual(new Date(Date.UTC(2026, 0, 1, 3, 4)));
  expect(periodStart("all", new Date())).toBeUndefined();
});

it("counts what is limited", () => {
  expect(limitCount(NO_FILTER)).toBe(0);
  expect(limitCount({ ...NO_FILTER, market: "BTC-USDC", clientOrderIdPrefix: "a", period: "day" })).toBe(3);
});
