import type { Fill, Market, Order } from "@exchange/sdk";
import { describe, expect, it } from "vitest";
import { fillPasses, ledgerTells, limitCount, NO_FILTER, orderPasses, periodStart } from "./filters";

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

describe("the filter of ledger entries", () => {
  const now = new Date("2026-03-02T12:00:00Z");
  const market = { name: "BTC-USDC", baseAsset: "BTC", quoteAsset: "USDC" } as Market;
  const fill = { market: "BTC-USDC", tradeTime: new Date("2026-03-01T00:00:00Z") } as Fill;

  it("lets through what a fill moved: either asset of its market", () => {
    expect(ledgerTells(NO_FILTER, fill, undefined, now)).toBe(true);
    for (const [asset, passes] of [
      ["BTC", true],
      ["USDC", true],
      ["ETH", false],
    ] as const) {
      expect(ledgerTells({ ...NO_FILTER, asset }, fill, market, now)).toBe(passes);
    }
    expect(ledgerTells({ ...NO_FILTER, asset: "BTC" }, fill, undefined, now)).toBe(false);
  });

  it("and what is not older than the period", () => {
    expect(ledgerTells({ ...NO_FILTER, period: "day" }, fill, market, now)).toBe(false);
    expect(ledgerTells({ ...NO_FILTER, period: "week" }, fill, market, now)).toBe(true);
  });
});
