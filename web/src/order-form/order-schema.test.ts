import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { orderSchema } from "./order-schema";
import { EMPTY_ORDER, type OrderValues } from "./order-values";

const d = (text: string) => new Decimal(text);
const SCHEMA = orderSchema({ tickSize: d("0.5"), lotSize: d("0.001"), makerFeePpm: 0, takerFeePpm: 0 }, 2);

/** What is wrong with an order, by field. */
function faults(changes: Partial<OrderValues>): Record<string, string> {
  const result = SCHEMA.safeParse({ ...EMPTY_ORDER, price: "100", size: "1", ...changes });
  return Object.fromEntries((result.error?.issues ?? []).map((issue) => [issue.path.join("."), issue.message]));
}

describe("orderSchema", () => {
  it("takes an order on tick and lot", () => {
    expect(faults({})).toEqual({});
  });
  it("asks for what is missing", () => {
    expect(faults({ price: "", size: " " })).toEqual({ price: "Enter a price", size: "Enter a size" });
  });
  it("refuses what is off tick or lot, exactly", () => {
    expect(faults({ price: "100.3" })).toEqual({ price: "Must be a multiple of the tick size, 0.5" });
    expect(faults({ size: "0.3" })).toEqual({});
    expect(faults({ size: "0.0005" })).toEqual({ size: "Must be a multiple of the lot size, 0.001" });
  });
  it.each(["-1", "1e3", "abc", "<img>"])("refuses %j", (price) => {
    expect(faults({ price })).toEqual({ price: "Not a number" });
  });
  it("refuses zero", () => {
    expect(faults({ size: "0" })).toEqual({ size: "Must be more than zero" });
  });
  it("does not look at fields that the kind of order has not", () => {
    expect(faults({ kind: "MARKET", price: "nonsense", triggerPrice: "nonsense" })).toEqual({});
  });
  it("looks at the trigger of a stop", () => {
    expect(faults({ kind: "STOP", triggerPrice: "" })).toEqual({ triggerPrice: "Enter a trigger price" });
  });
  it("measures an amount by the quote asset's atoms", () => {
    expect(faults({ kind: "MARKET", sizeUnit: "QUOTE", size: "10.25" })).toEqual({});
    expect(faults({ kind: "MARKET", sizeUnit: "QUOTE", size: "10.255" })).toHaveProperty("size");
    expect(faults({ kind: "MARKET", sizeUnit: "QUOTE", size: "" })).toEqual({ size: "Enter an amount" });
  });
  it("wants an expiry in the future", () => {
    expect(faults({ timeInForce: "GTT", expireTime: "" })).toEqual({ expireTime: "Enter when it expires" });
    expect(faults({ timeInForce: "GTT", expireTime: "2001-01-01T00:00" })).toEqual({
      expireTime: "Must be in the future",
    });
    expect(faults({ timeInForce: "GTT", expireTime: "2999-01-01T00:00" })).toEqual({});
  });
});
