// Calls at a real exchange that is killed, frozen and comes back: over gRPC, and over gRPC-Web through the gateway.

import { afterAll, beforeEach, describe, expect, test } from "vitest";
import * as sdk from "../../src/node.ts";
import { ExchangeClient, NodeExchangeClient } from "../../src/node.ts";
import { cancelAll, freeze, kill, live, start, thaw } from "./exchange.ts";

const options = { apiKey: live.keys.alice, timeoutMs: 60_000, retry: { initialMs: 20, maximumMs: 100 } };
const grpc = new NodeExchangeClient({ baseUrl: live.grpc, ...options });
const web = new ExchangeClient({ baseUrl: live.gateway, ...options });
const BID = { market: "BTC-USDC", side: "BUY", quantity: "0.01", price: "1000" } as const;

beforeEach(() => cancelAll("alice"));
afterAll(() => {
  grpc.close();
  web.close();
});

test("an order that is placed while the exchange is away is placed once, when it is back", async () => {
  const clients: readonly ExchangeClient[] = [grpc, web];
  await kill();
  let placing: Promise<sdk.PlacedOrder>[] = [];
  try {
    for (const client of clients) {
      // Who loses a connection with the request on it cannot know; who comes later cannot connect, and nothing was sent.
      await expect
        .poll(() => client.placeOrder({ ...BID, clientOrderId: "" }, { timeoutMs: 300 }).catch((error) => error), {
          timeout: 15_000,
        })
        .toBeInstanceOf(sdk.Unavailable);
    }
    placing = clients.map((client) => client.placeOrder(BID));
    for (const each of placing) each.catch(() => undefined);
  } finally {
    await start();
  }
  const placed = await Promise.all(placing);
  expect(placed.map(({ order }) => order.status)).toEqual(["OPEN", "OPEN"]);
  const open = await web.listOrders({ openOnly: true }).collect();
  expect(new Set(open.map((order) => order.orderId))).toEqual(new Set(placed.map(({ orderId }) => orderId)));
  expect(open).toHaveLength(2);
});

describe.each([
  ["gRPC", grpc],
  ["gRPC-Web", web],
] as const)("over %s", (_, client: ExchangeClient) => {
  test("an order without an answer in time is unknown, and so late a read is told so", async () => {
    await freeze();
    try {
      const lost = client.placeOrder({ ...BID, clientOrderId: "" }, { timeoutMs: 300 });
      await expect(lost).rejects.toBeInstanceOf(sdk.OutcomeUnknown);
      await expect(client.getMarket("BTC-USDC", { timeoutMs: 200 })).rejects.toBeInstanceOf(sdk.DeadlineExceeded);
    } finally {
      await thaw();
    }
  });

  test("a call ends when its signal or its client says so", async () => {
    await freeze();
    try {
      const controller = new AbortController();
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 50);
      await expect(client.getMarket("BTC-USDC", { signal: controller.signal })).rejects.toBe(reason);
      const other =
        client === web ? new ExchangeClient({ baseUrl: live.gateway }) : new NodeExchangeClient({ baseUrl: live.grpc });
      setTimeout(() => other.close(), 50);
      await expect(other.getMarket("BTC-USDC")).rejects.toMatchObject({ name: "AbortError" });
    } finally {
      await thaw();
    }
  });

  test("a cancel that is repeated after it succeeded is the success", async () => {
    const { orderId } = await client.placeOrder(BID);
    const canceled = await client.cancelOrder({ orderId });
    expect(canceled).toMatchObject({ status: "CANCELED", closeReason: "CANCELED_BY_OWNER", isOpen: false });
    await expect(client.cancelOrder({ orderId })).rejects.toBeInstanceOf(sdk.OrderClosed);
  });

  test("whose key is unknown is told so", async () => {
    const stranger =
      client === web
        ? new ExchangeClient({ baseUrl: live.gateway, apiKey: "nobody" })
        : new NodeExchangeClient({ baseUrl: live.grpc, apiKey: "nobody" });
    await expect(stranger.listBalances()).rejects.toBeInstanceOf(sdk.Unauthenticated);
    expect(await stranger.checkHealth()).toBe("SERVING");
    stranger.close();
  });
});

test("a key does not go over a network in plaintext", () => {
  expect(() => new ExchangeClient({ baseUrl: "http://exchange.example", apiKey: "k" })).toThrow(/plaintext/);
  expect(() => new ExchangeClient({ baseUrl: "exchange.example" })).toThrow(RangeError);
  expect(() => new ExchangeClient({ baseUrl: "https://exchange.example", apiKey: "k\n" })).toThrow(/header/);
  for (const fine of [
    { baseUrl: "https://exchange.example", apiKey: "k" },
    { baseUrl: "http://exchange.example" },
    { baseUrl: "http://exchange.example", apiKey: "k", insecure: true },
    { baseUrl: "http://127.0.0.1:1", apiKey: "k" },
    { baseUrl: "http://[::1]:1", apiKey: "k" },
  ]) {
    expect(new ExchangeClient(fine).connection.baseUrl).toBe(fine.baseUrl);
  }
});
