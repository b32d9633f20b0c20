// Order entry at a real exchange that is killed and comes back.

import { afterAll, beforeEach, expect, test } from "vitest";
import {
  type NewOrder,
  NodeExchangeClient,
  OrderClosed,
  type OrderResult,
  OutcomeUnknown,
  Unauthenticated,
} from "../../src/node.ts";
import { cancelAll, freeze, kill, live, start, thaw } from "./exchange.ts";

const options = { baseUrl: live.grpc, timeoutMs: 60_000, retry: { initialMs: 20, maximumMs: 100 } };
const client = new NodeExchangeClient({ ...options, apiKey: live.keys.alice });

beforeEach(() => cancelAll("alice"));
afterAll(() => client.close());

const bid = (price: number, more: Partial<NewOrder> = {}): NewOrder => ({
  market: "BTC-USDC",
  side: "BUY",
  quantity: "0.01",
  price: String(price),
  ...more,
});

test("many orders are answered in their order without waiting in between", async () => {
  await using session = await client.orderEntry({ maxInFlight: 7 });
  const sent = await session.placeMany(Array.from({ length: 100 }, (_, index) => bid(1_000 + index)));
  const ids = (await Promise.all(sent)).map((result) => result.orderId);
  expect([...ids].sort((a, b) => Number(a - b))).toEqual(ids);
  expect(await session.cancelAll({ market: "BTC-USDC" })).toEqual(ids);
});

test("of orders that were under way when the exchange was killed each is placed, or may be placed again", async () => {
  const notices: string[] = [];
  await using session = await client.orderEntry({ onReconnect: ({ type }) => notices.push(type) });
  const run = Math.random().toString(36).slice(2);
  const orders = Array.from({ length: 400 }, (_, index) => bid(1_000 + index, { clientOrderId: `${run}-${index}` }));
  const sent = await session.placeMany(orders);
  await sent[50];
  await kill();
  await start();
  const results = await Promise.allSettled(sent);
  expect(session.reconnects).toBeGreaterThan(0);
  expect(notices).toHaveLength(session.reconnects);
  for (const [index, result] of results.entries()) {
    if (result.status === "fulfilled") continue;
    expect(result.reason).toBeInstanceOf(OutcomeUnknown);
    expect(result.reason).toMatchObject({ clientOrderId: `${run}-${index}` });
    await session.place(orders[index] as NewOrder);
  }
  const open = await client.listOrders({ openOnly: true, pageSize: 1000 }).collect();
  const placed = new Set(open.map((order) => order.clientOrderId));
  expect(open).toHaveLength(orders.length);
  expect(placed).toEqual(new Set(orders.map((order) => order.clientOrderId)));
});

test("a cancel whose answer is lost is looked up", async () => {
  await using session = await client.orderEntry();
  const { orderId } = await session.place(bid(1_000));
  await freeze();
  const canceling = session.cancel({ orderId });
  const keyless = session.place(bid(1_001, { clientOrderId: "" }));
  await expect(session.cancel({ orderId }, { timeoutMs: 100 })).rejects.toBeInstanceOf(OutcomeUnknown);
  await kill();
  await start();
  const outcomes = await Promise.allSettled([canceling, keyless]);
  // It was never read: the order is open as before, which says nothing of a cancel that is still on its way.
  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason)).toEqual([
    expect.any(OutcomeUnknown),
    expect.any(OutcomeUnknown),
  ]);
  await session.cancel({ orderId });
  await expect(session.cancel({ orderId })).rejects.toBeInstanceOf(OrderClosed);
});

test("a session that is bound to its orders takes them with it", async () => {
  await using other = await client.orderEntry();
  const stays = await other.place(bid(1_000));
  const session = await client.orderEntry({ cancelOnDisconnect: true });
  const goes: OrderResult = await session.place(bid(1_001));
  await session.close();
  await expect.poll(async () => (await client.getOrder({ orderId: goes.orderId })).closeReason).toBe("DISCONNECTED");
  expect((await client.getOrder({ orderId: stays.orderId })).status).toBe("OPEN");
  await expect(session.place(bid(1_002))).rejects.toMatchObject({ name: "Unavailable" });
});

test("who waits for a slot can give up", async () => {
  await using session = await client.orderEntry({ maxInFlight: 1 });
  await freeze();
  const first = session.place(bid(1_000));
  await expect(session.place(bid(1_001), { timeoutMs: 100 })).rejects.toMatchObject({ name: "DeadlineExceeded" });
  const reason = new Error("enough");
  await expect(session.place(bid(1_002), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await thaw();
  expect((await first).status).toBe("OPEN");
  expect((await session.place(bid(1_003))).status).toBe("OPEN");
});

test("a stranger gets no session", async () => {
  const stranger = new NodeExchangeClient({ ...options, apiKey: "nobody" });
  await expect(stranger.orderEntry()).rejects.toBeInstanceOf(Unauthenticated);
  const away = new NodeExchangeClient({ ...options, baseUrl: "http://127.0.0.1:1", timeoutMs: 200 });
  await expect(away.orderEntry()).rejects.toThrow(/no connection/);
  stranger.close();
  away.close();
});
