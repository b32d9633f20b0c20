import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { type OrderEdit, withoutConfirmed } from "./order-edits";

const d = (text: string) => new Decimal(text);
const order = (orderId: bigint, price: string, triggerPrice?: string) => ({
  orderId,
  status: triggerPrice ? ("PENDING_TRIGGER" as const) : ("OPEN" as const),
  price: d(price),
  peggedPrice: undefined,
  triggerPrice: triggerPrice ? d(triggerPrice) : undefined,
});
const edits = new Map<bigint, OrderEdit>([
  [1n, { kind: "move", price: d("101") }],
  [2n, { kind: "cancel" }],
]);

it("keeps a guess until the stream confirms it", () => {
  const orders = [order(1n, "100"), order(2n, "90")];
  expect(withoutConfirmed(edits, orders)).toBe(edits);
});

it("drops a move when the order is at its price, and any guess about an order that is gone", () => {
  expect([...withoutConfirmed(edits, [order(1n, "101.0")]).keys()]).toEqual([]);
  expect([...withoutConfirmed(edits, [order(2n, "90")]).keys()]).toEqual([2n]);
});

it("takes an order that waits for where its trigger is, whatever its limit", () => {
  expect(withoutConfirmed(edits, [order(1n, "101", "99"), order(2n, "90")])).toBe(edits);
  expect([...withoutConfirmed(edits, [order(1n, "99", "101"), order(2n, "90")]).keys()]).toEqual([2n]);
});
