import { describe, expect, it } from "vitest";
import {
  allowedTimesInForce,
  allowsPostOnly,
  contractType,
  EMPTY_ORDER,
  effectiveTimeInForce,
  type OrderValues,
  toOrderRequest,
} from "./order-values";

function values(changes: Partial<OrderValues>): OrderValues {
  return { ...EMPTY_ORDER, size: "0.5", ...changes };
}

describe("the kind of order", () => {
  it("has one name in the contract", () => {
    expect(contractType({ kind: "MARKET", execution: "LIMIT" })).toBe("MARKET");
    expect(contractType({ kind: "STOP", execution: "MARKET" })).toBe("STOP_MARKET");
    expect(contractType({ kind: "TAKE_PROFIT", execution: "LIMIT" })).toBe("TAKE_PROFIT_LIMIT");
  });
  it("decides the times in force", () => {
    expect(allowedTimesInForce({ kind: "LIMIT", execution: "MARKET" })).toContain("GTC");
    expect(allowedTimesInForce({ kind: "MARKET", execution: "LIMIT" })).toEqual(["IOC", "FOK"]);
    expect(allowedTimesInForce({ kind: "STOP", execution: "MARKET" })).toContain("GTT");
  });
  it("takes the usual time in force where the chosen one does not go with it", () => {
    expect(effectiveTimeInForce(values({ kind: "MARKET", timeInForce: "GTC" }))).toBe("IOC");
    expect(effectiveTimeInForce(values({ kind: "LIMIT", timeInForce: "FOK" }))).toBe("FOK");
  });
  it("may be post-only when it may rest", () => {
    expect(allowsPostOnly(values({ timeInForce: "GTC" }))).toBe(true);
    expect(allowsPostOnly(values({ timeInForce: "IOC" }))).toBe(false);
    expect(allowsPostOnly(values({ kind: "STOP", execution: "MARKET" }))).toBe(false);
  });
});

describe("toOrderRequest", () => {
  it("sends plain decimals", () => {
    const request = toOrderRequest(values({ price: "65,000.50", size: " 0.500 " }), "BTC-USDC");
    expect(request).toEqual({
      market: "BTC-USDC",
      side: "BUY",
      type: "LIMIT",
      timeInForce: "GTC",
      price: "65000.5",
      quantity: "0.5",
    });
  });
  it("leaves out what hidden fields still hold", () => {
    const request = toOrderRequest(
      values({ kind: "MARKET", price: "1", triggerPrice: "2", postOnly: true, expireTime: "2030-01-01T00:00" }),
      "BTC-USDC",
    );
    expect(request).toEqual({ market: "BTC-USDC", side: "BUY", type: "MARKET", timeInForce: "IOC", quantity: "0.5" });
  });
  it("sends an amount only for a market order", () => {
    expect(toOrderRequest(values({ kind: "MARKET", sizeUnit: "QUOTE", size: "250" }), "M")).toMatchObject({
      quoteAmount: "250",
    });
    expect(toOrderRequest(values({ kind: "LIMIT", sizeUnit: "QUOTE", price: "1" }), "M")).toMatchObject({
      quantity: "0.5",
    });
  });
  it("sends trigger and expiry of a stop", () => {
    const stop = values({
      kind: "STOP",
      execution: "LIMIT",
      triggerPrice: "70",
      price: "71",
      timeInForce: "GTT",
      expireTime: "2030-01-01T00:00",
    });
    expect(toOrderRequest(stop, "M")).toMatchObject({
      type: "STOP_LIMIT",
      triggerPrice: "70",
      price: "71",
      expireTime: new Date("2030-01-01T00:00"),
    });
  });
});
