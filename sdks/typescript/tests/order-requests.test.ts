import { expect, test } from "vitest";
import { Decimal } from "../src/decimals.ts";
import type { NewOrder } from "../src/order-items.ts";
import * as operations from "../src/order-operations.ts";
import * as requests from "../src/order-requests.ts";

const ORDER: NewOrder = { market: "BTC-USDC", side: "BUY", quantity: "1" };

test("keys are drawn anew, and can stand in an address", () => {
  const keys = new Set(Array.from({ length: 100 }, requests.newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^ts-[A-Za-z0-9_-]{22}$/);
});

test("an order without a key gets one, and is repeatable then", () => {
  const operation = operations.placeOrder(ORDER);
  expect(operation).toMatchObject({ mutates: true, repeatable: true });
  expect(operation.clientOrderId).toMatch(/^ts-/);
  expect(operations.placeOrder({ ...ORDER, clientOrderId: "" })).toMatchObject({
    repeatable: false,
    clientOrderId: "",
  });
  expect(operations.placeOrder({ ...ORDER, clientOrderId: "", validateOnly: true })).toMatchObject({
    mutates: false,
    repeatable: true,
  });
});

test("the type follows from what is given", () => {
  const type = (more: Partial<NewOrder>) => requests.placeOrder({ ...ORDER, ...more }).type;
  expect(type({})).toBe(2);
  expect(type({ price: "1" })).toBe(1);
  expect(type({ trailingOffsetBps: 5 })).toBe(7);
  expect(type({ pegReference: "mid", price: "1" })).toBe(8);
  expect(type({ type: "stop_market", triggerPrice: "1" })).toBe(3);
  expect(() => type({ triggerPrice: "1" })).toThrow(/^type: /);
  expect(requests.placeOrder({ ...ORDER, expireTime: new Date() }).timeInForce).toBe(4);
});

test.each<[string, Partial<NewOrder>]>([
  ["neither quantity nor amount", { quantity: undefined }],
  ["both quantity and amount", { quoteAmount: "1" }],
  ["a number as a price", { price: 0.1 as never }],
  ["a number as a quantity", { quantity: 1 as never }],
])("refused before it is sent: %s", (_, more) => {
  expect(() => requests.placeOrder({ ...ORDER, ...more })).toThrow(TypeError);
});

test("an order is named by one of its ids", () => {
  expect(requests.getOrder({ orderId: 7n }).order).toEqual({ case: "orderId", value: 7n });
  expect(requests.getOrder({ clientOrderId: "k" }).order).toEqual({ case: "clientOrderId", value: "k" });
  expect(() => requests.getOrder({})).toThrow(TypeError);
  expect(() => requests.getOrder({ orderId: 7n, clientOrderId: "k" })).toThrow(TypeError);
  expect(() => requests.getOrder({ orderId: 7 as never })).toThrow(TypeError);
});

test("a batch is repeatable only when it cannot do anything twice", () => {
  const place = (clientOrderId?: string) => ({ place: { ...ORDER, clientOrderId } });
  const cancel = { cancel: { orderId: 7n } };
  expect(operations.batchOrders([place(), cancel], false).repeatable).toBe(true);
  expect(operations.batchOrders([place(), place("")], false).repeatable).toBe(false);
  expect(operations.batchOrders([place(), cancel], true).repeatable).toBe(false);
  expect(operations.batchOrders([place(), place("k")], true).repeatable).toBe(true);
});

test("an amend is done when the order has its terms", () => {
  const amend = requests.amendOrder({ orderId: 7n, price: "99.50", quantity: new Decimal(3) });
  const order = { price: new Decimal("99.5"), quantity: new Decimal("3.0") };
  expect(operations.hasTerms(order as never, amend)).toBe(true);
  expect(operations.hasTerms({ ...order, price: new Decimal(99) } as never, amend)).toBe(false);
});
