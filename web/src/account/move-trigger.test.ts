import { Decimal, type ExchangeClient, InvalidRequest, type Order, OutcomeUnknown } from "@exchange/sdk";
import { expect, it, vi } from "vitest";
import { hasTriggerToMove, isReplaced, moveTrigger, replacementOf } from "./move-trigger";

const d = (text: string) => new Decimal(text);
const stop = {
  orderId: 7n,
  market: "ETH-USDC",
  side: "SELL",
  type: "STOP_LIMIT",
  status: "PENDING_TRIGGER",
  timeInForce: "GTT",
  triggerPrice: d("100"),
  price: d("99"),
  quantity: d("3"),
  filledQuantity: d("1"),
  preventedQuantity: d("0.5"),
  postOnly: true,
  slide: true,
  selfTradePrevention: "EXPIRE_BOTH",
  expireTimeNs: 4_102_444_800_123_456_789n,
  orderListId: 0n,
} as unknown as Order;

it("keeps everything of an order but its trigger, and only what is left of it", () => {
  expect(replacementOf(stop, { triggerPrice: d("98") }, "key")).toEqual({
    clientOrderId: "key",
    market: "ETH-USDC",
    side: "SELL",
    type: "STOP_LIMIT",
    timeInForce: "GTT",
    triggerPrice: d("98"),
    price: d("99"),
    quantity: d("1.5"),
    postOnly: true,
    slide: true,
    selfTradePrevention: "EXPIRE_BOTH",
    expireTime: 4_102_444_800_123_456_789n,
  });
});

it("is for orders that wait at a price of their own, and in no list", () => {
  expect(hasTriggerToMove(stop)).toBe(true);
  expect(hasTriggerToMove({ ...stop, type: "TRAILING_STOP" })).toBe(false);
  expect(hasTriggerToMove({ ...stop, orderListId: 3n })).toBe(false);
  expect(hasTriggerToMove({ ...stop, status: "OPEN" })).toBe(false);
});

function client(refusal: Error | undefined, isThere: boolean) {
  const batchOrders = vi.fn(async () => (refusal ? Promise.reject(refusal) : []));
  const getOrder = vi.fn(async () => (isThere ? stop : Promise.reject(new Error("no such order"))));
  return { batchOrders, getOrder } as unknown as ExchangeClient & { batchOrders: typeof batchOrders };
}

it("replaces the order wholly or not at all", async () => {
  const exchange = client(undefined, false);
  await moveTrigger(exchange, { ...stop, orderId: 8n }, { triggerPrice: d("98"), quantity: d("4") });
  expect(exchange.batchOrders).toHaveBeenCalledWith(
    [{ cancel: { orderId: 8n } }, { place: expect.objectContaining({ triggerPrice: d("98"), quantity: d("2.5") }) }],
    { allOrNone: true },
  );
  expect(isReplaced(8n)).toBe(true);
});

it("says that it was refused, and then the order is not replaced", async () => {
  const move = moveTrigger(client(new InvalidRequest("no"), true), { ...stop, orderId: 9n }, { triggerPrice: d("98") });
  await expect(move).rejects.toThrow("no");
  expect(isReplaced(9n)).toBe(false);
});

it("asks for the new order when the answer was lost", async () => {
  const lost = new OutcomeUnknown("lost");
  await moveTrigger(client(lost, true), { ...stop, orderId: 10n }, { triggerPrice: d("98") });
  expect(isReplaced(10n)).toBe(true);
  await expect(moveTrigger(client(lost, false), { ...stop, orderId: 11n }, { triggerPrice: d("98") })).rejects.toBe(
    lost,
  );
});
