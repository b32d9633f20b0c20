import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { type OrderEdit, withoutConfirmed } from "./order-edits";

const d = (text: string) => new Decimal(text);
const edits = new Map<bigint, OrderEdit>([
  [1n, { kind: "move", price: d("101") }],
  [2n, { kind: "cancel" }],
]);

it("keeps a guess until the stream confirms it", () => {
  const orders = [
    { orderId: 1n, price: d("100") },
    { orderId: 2n, price: d("90") },
  ];
  expect(withoutConfirmed(edits, orders)).toBe(edits);
});

it("drops a move when the order is at its price, and any guess about an order that is gone", () => {
  expect([...withoutConfirmed(edits, [{ orderId: 1n, price: d("101.0") }]).keys()]).toEqual([]);
  expect([...withoutConfirmed(edits, [{ orderId: 2n, price: d("90") }]).keys()]).toEqual([2n]);
});
