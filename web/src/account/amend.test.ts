import type { Order } from "@exchange/sdk";
import { Decimal } from "@exchange/sdk";
import { describe, expect, it } from "vitest";
import { hasPriceToAmend, readAmend } from "./amend";

const order = { type: "LIMIT", price: new Decimal("100.5"), quantity: new Decimal("2") } as Order;
const stop = { type: "STOP_MARKET", quantity: new Decimal("2") } as Order;
const waiting = { ...stop, status: "PENDING_TRIGGER", triggerPrice: new Decimal("90"), orderListId: 0n } as Order;

describe("an amend", () => {
  it("asks only for what changes", () => {
    expect(readAmend(order, { triggerPrice: "", price: "101", quantity: "2.000" })).toEqual({
      kind: "changes",
      changes: { price: new Decimal(101) },
    });
    expect(readAmend(order, { triggerPrice: "", price: "100.50", quantity: "1.5" })).toEqual({
      kind: "changes",
      changes: { quantity: new Decimal("1.5") },
    });
  });

  it("is none when the numbers are the same", () => {
    expect(readAmend(order, { triggerPrice: "", price: " 100.500 ", quantity: "2" })).toEqual({ kind: "unchanged" });
  });

  it.each(["", "0", "-1", "1e3", "NaN", "Infinity", "<b>1</b>", ".5"])("takes %o for no price", (price) => {
    expect(readAmend(order, { triggerPrice: "", price, quantity: "2" })).toMatchObject({
      kind: "problems",
      problems: { price: "Not a positive number" },
    });
  });

  it("names both fields when both are wrong", () => {
    const reading = readAmend(order, { triggerPrice: "", price: "x", quantity: "0" });
    expect(reading.kind === "problems" && Object.keys(reading.problems)).toEqual(["price", "quantity"]);
  });

  it("keeps eighteen decimals", () => {
    const reading = readAmend(order, {
      triggerPrice: "",
      price: "100.5",
      quantity: "1234567890123456789.000000000000000001",
    });
    expect(reading.kind === "changes" && reading.changes.quantity?.toFixed()).toBe(
      "1234567890123456789.000000000000000001",
    );
  });
});

it("reads no price for an order without one", () => {
  expect(hasPriceToAmend(stop)).toBe(false);
  expect(hasPriceToAmend({ ...order, type: "PEGGED" } as Order)).toBe(false);
  expect(readAmend(stop, { triggerPrice: "", price: "", quantity: "1" })).toEqual({
    kind: "changes",
    changes: { quantity: new Decimal(1) },
  });
});

it("reads another trigger of an order that waits, and of no other", () => {
  const text = { triggerPrice: "91.5", price: "", quantity: "2" };
  expect(readAmend(waiting, text)).toEqual({ kind: "changes", changes: { triggerPrice: new Decimal("91.5") } });
  expect(readAmend({ ...waiting, orderListId: 4n }, text)).toEqual({ kind: "unchanged" });
  expect(readAmend(waiting, { ...text, triggerPrice: "x" })).toMatchObject({
    kind: "problems",
    problems: { triggerPrice: "Not a positive number" },
  });
});
