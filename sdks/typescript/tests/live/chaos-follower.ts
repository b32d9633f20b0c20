// Follows everything of one market and one account, and writes what it was told and what its books are: one JSON line an
// event. A program for tests/integration/test_typescript_chaos.py, which knows what was true.

import type { LocalOrderQueues } from "../../src/node.ts";
import {
  type AnyEvent,
  type Channel,
  ExchangeClient,
  LocalOrderBook,
  NodeExchangeClient,
  type TextLevel,
} from "../../src/node.ts";

const [baseUrl, apiKey, transport, how] = process.argv.slice(2) as [
  string,
  string,
  "grpc" | "grpc-web",
  "each" | "all",
];
const market = "BTC-USDC";
const Client = transport === "grpc" ? NodeExchangeClient : ExchangeClient;
const client = new Client({ baseUrl, apiKey, retry: { initialMs: 1, maximumMs: 10 } });

/** In the order of their numbers in the lines. */
const CHANNELS: readonly Channel[] = [
  { kind: "orderBook", market },
  { kind: "orderBook", market, depth: 5, priceStep: "2" },
  { kind: "orders", market },
  { kind: "trades", market },
  { kind: "bbo", market },
  { kind: "account" },
  { kind: "fills" },
];

type Copy = LocalOrderBook | LocalOrderQueues | undefined;

function told(event: AnyEvent): object {
  switch (event.type) {
    case "reconnected":
    case "resynced":
    case "closed":
      return { cause: event.cause.name };
    case "trade":
      return { id: `${event.trade.tradeId}`, price: event.trade.price, quantity: event.trade.quantity };
    case "fill":
      return { id: `${event.fill.tradeId}`, price: event.fill.price, quantity: event.fill.quantity };
    case "bbo": {
      const { bid, ask, sequence } = event.bbo;
      return { sequence: `${sequence}`, bid: bid?.price ?? "", ask: ask?.price ?? "" };
    }
    case "update": {
      const { orders, fills, balances, sequence } = event.update;
      return { sequence: `${sequence}`, sizes: [orders.length, fills.length, balances.length] };
    }
    default:
      return {};
  }
}

function rows(copy: LocalOrderBook | LocalOrderQueues): string[][] {
  if (copy instanceof LocalOrderBook) {
    const side = (name: string, levels: readonly TextLevel[]) =>
      levels.map((level) => [name, level.priceText, level.quantityText]);
    return [...side("bid", copy.bids()), ...side("ask", copy.asks())];
  }
  const side = (name: string, orders: ReturnType<LocalOrderQueues["bids"]>) =>
    orders.map((order) => [name, `${order.orderId}`, `${order.priceText}:${order.quantityText}`]);
  return [...side("bid", copy.bids()), ...side("ask", copy.asks())];
}

function write(channel: number, event: AnyEvent, copy: Copy): void {
  const book = copy && { inSync: copy.inSync, at: `${copy.sequence}`, rows: rows(copy) };
  process.stdout.write(`${JSON.stringify({ channel, type: event.type, ...told(event), book })}\n`);
}

async function followAll(): Promise<void> {
  const subscription = client.subscribe(CHANNELS);
  for await (const { channel, event } of subscription) {
    let copy: Copy;
    if (event.type !== "closed" && channel.kind === "orderBook") copy = subscription.book(channel);
    if (event.type !== "closed" && channel.kind === "orders") copy = subscription.queues(channel);
    write(CHANNELS.indexOf(channel), event, copy);
  }
}

async function followEach(): Promise<void> {
  const follow = async (channel: number, stream: AsyncIterable<AnyEvent>, copy: () => Copy) => {
    for await (const event of stream) write(channel, event, copy());
  };
  const whole = client.streamOrderBook(market);
  const view = client.streamOrderBook(market, { depth: 5, priceStep: "2" });
  const orders = client.streamOrders(market);
  const none = () => undefined;
  await Promise.all([
    follow(0, whole, () => whole.book),
    follow(1, view, () => view.book),
    follow(2, orders, () => orders.queues),
    follow(3, client.streamTrades(market), none),
    follow(4, client.streamBbo(market), none),
    follow(5, client.streamAccount(), none),
    follow(6, client.streamFills(), none),
  ]);
}

await (how === "all" ? followAll() : followEach());
