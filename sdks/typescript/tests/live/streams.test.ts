// Streams against the real exchange, over gRPC-Web through Envoy and over gRPC.

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AccountUpdate, Channel, ChannelEvent, OrderBookEvent, TradeEvent } from "../../src/index.ts";
import { ExchangeClient, NodeExchangeClient, NotFound, Unauthenticated } from "../../src/node.ts";
import { cancelAll, kill, live, place, quote, start, until } from "./exchange.ts";

const MARKET = "BTC-USDC";
const CLIENTS = {
  "gRPC-Web": () => new ExchangeClient({ baseUrl: live.gateway, apiKey: live.keys.alice }),
  gRPC: () => new NodeExchangeClient({ baseUrl: live.grpc, apiKey: live.keys.alice }),
};

/** Collect the events of a stream until the client is closed. */
function collected<Event>(stream: AsyncIterable<Event>): Event[] & { ended: Promise<void> } {
  const events: Event[] = [];
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  ended.catch(() => {});
  return Object.assign(events, { ended });
}

function types(events: readonly { readonly type: string }[]): string[] {
  return events.map((event) => event.type);
}

async function trade(price: string, quantity = "0.1"): Promise<void> {
  await place("bob", { market: MARKET, side: "SELL", price, quantity });
  const { trades } = await place("alice", { market: MARKET, side: "BUY", price, quantity });
  expect(trades).toHaveLength(1);
}

describe.each(Object.entries(CLIENTS))("%s", (_name, makeClient) => {
  let client: ExchangeClient;

  beforeAll(async () => {
    await cancelAll("alice");
    await cancelAll("bob");
    await quote(MARKET, [["100", "1"]], [["110", "2"]]);
    client = makeClient();
    return () => client.close();
  });

  afterEach(async () => {
    await cancelAll("bob");
  });

  test("a book is the exchange's, in whole and in steps, also after the exchange was killed", async () => {
    const [whole, steps] = [
      client.streamOrderBook(MARKET),
      client.streamOrderBook(MARKET, { depth: 2, priceStep: "5" }),
    ];
    const events: OrderBookEvent[] = collected(whole);
    collected(steps);
    await until(() => events.length > 0, "a snapshot");
    for (const price of ["101", "102.5", "103"]) {
      await place("bob", { market: MARKET, side: "BUY", price, quantity: "0.5" });
    }
    await until(() => whole.book.bestBid?.price.eq("103"), "all deltas");
    const expected = await client.getOrderBook(MARKET);
    expect(whole.book.sequence).toBe(expected.sequence);
    expect(whole.book.bids().map(String)).toEqual(["0.5@103", "0.5@102.5", "0.5@101", "1@100"]);
    expect(expected.bids.map(({ price, quantity }) => `${quantity}@${price}`)).toEqual(whole.book.bids().map(String));
    expect(expected.checksum).toBe(whole.book.checksum());
    await until(() => steps.book.bids().map(String).join() === "2.5@100", "the view in steps");

    await kill();
    await until(() => whole.status === "reconnecting", "the stream says that it broke");
    await start();
    await until(() => types(events).includes("resynced"), "the stream says that it began anew");
    await place("bob", { market: MARKET, side: "BUY", price: "104", quantity: "0.5" });
    await until(() => whole.book.bestBid?.price.eq("104"), "the book goes on");
    expect(whole.book.bids().map(String)).toEqual(["0.5@104", "0.5@103", "0.5@102.5", "0.5@101", "1@100"]);
    const [first, ...rest] = types(events).filter((type) => type !== "delta");
    expect([first, ...rest]).toEqual(["snapshot", "resynced", "snapshot"]);
    whole.close();
    steps.close();
  });

  test("trades, updates and fills come without gap or repetition over a kill", async () => {
    const stop = new AbortController();
    const trades: TradeEvent[] & { ended: Promise<void> } = collected(
      client.streamTrades(MARKET, { signal: stop.signal }),
    );
    const account = collected(client.streamAccount({ signal: stop.signal }));
    const fills = collected(client.streamFills({ signal: stop.signal }));
    await until(() => account.length > 0, "a snapshot of the account");
    await trade("105");
    await until(() => trades.length > 0 && fills.length > 0, "a trade");
    await kill();
    await start();
    await trade("106");
    const heard = () => [trades, account, fills].every((events) => types(events).includes("reconnected"));
    await until(heard, "all streams say that they went on");
    await trade("107");
    await until(() => trades.length === 4 && fills.length === 4, "all trades and fills");
    expect(types(trades)).toEqual(["trade", "reconnected", "trade", "trade"]);
    const ids = trades.flatMap((event) => (event.type === "trade" ? [event.trade.tradeId] : []));
    expect(ids).toEqual([0n, 1n, 2n].map((more) => (ids[0] as bigint) + more));
    const prices = fills.flatMap((event) => (event.type === "fill" ? [event.fill.price.toString()] : []));
    expect(prices).toEqual(["105", "106", "107"]);
    const updates = account.flatMap((event): AccountUpdate[] => (event.type === "update" ? [event.update] : []));
    expect(updates.flatMap((update) => update.fills.map((fill) => fill.price.toString()))).toEqual(prices);
    for (const [at, update] of updates.entries())
      if (at > 0) expect(update.prevSequence).toBe(updates[at - 1]?.sequence);

    stop.abort();
    // An aborted stream ends without an error.
    await Promise.all([trades.ended, account.ended, fills.ended]);
  });

  test("a subscription takes channels in and out, and has all of them again after a kill", async () => {
    const book = { kind: "orderBook", market: MARKET } as const;
    const bbo = { kind: "bbo", market: MARKET } as const;
    const trades = { kind: "trades", market: MARKET } as const;
    const subscription = client.subscribe([book, bbo]);
    const events: ChannelEvent[] = collected(subscription);
    const of = (channel: Channel) => events.flatMap((each) => (each.channel === channel ? [each.event.type] : []));
    await until(() => of(book).length > 0 && of(bbo).length > 0, "the first channels");
    await subscription.add(trades, { kind: "account" });
    await subscription.remove(bbo);
    await expect(subscription.add({ kind: "ticker", market: "NO-SUCH" })).rejects.toBeInstanceOf(NotFound);
    expect(subscription.channels.map((channel) => channel.kind)).toEqual(["orderBook", "trades", "account"]);
    await trade("105");
    await until(() => of(trades).includes("trade"), "a trade on the channel that was added");

    const before = of(bbo).length;
    await kill();
    await start();
    await until(() => of(book).includes("resynced") && of(trades).includes("reconnected"), "both channels went on");
    await trade("106");
    await until(() => of(trades).filter((type) => type === "trade").length === 2, "a trade after the kill");
    expect(of(trades)).toEqual(["trade", "reconnected", "trade"]);
    expect(subscription.book(book).inSync).toBe(true);
    expect(of(bbo)).toHaveLength(before);
    subscription.close();
  });

  test("the book order by order is in step", async () => {
    const stream = client.streamOrders(MARKET);
    collected(stream);
    const { orderId } = await place("bob", { market: MARKET, side: "BUY", price: "100", quantity: "0.25" });
    const position = await until(() => stream.queues.position(BigInt(orderId)), "the order in its queue").catch(() => {
      throw new Error(String(stream.status));
    });
    expect([position.ordersAhead, position.quantityAhead.toString()]).toEqual([1, "1"]);
    stream.close();
  });

  test("tickers, best prices and candles come", async () => {
    const [ticker, bbo, candles] = [
      client.streamTicker(MARKET),
      client.streamBbo(MARKET),
      client.streamCandles(MARKET, "1m"),
    ];
    const events = [collected(ticker), collected(bbo), collected(candles)];
    await trade("108");
    await until(() => events.every((each) => each.length > 0), "one of each");
    expect(events.map((each) => each[0]?.type)).toEqual(["ticker", "bbo", "candle"]);
    for (const stream of [ticker, bbo, candles]) stream.close();
  });

  test("what does not pass is thrown", async () => {
    await expect(collected(client.streamTrades("NO-SUCH")).ended).rejects.toBeInstanceOf(NotFound);
    await expect(collected(client.streamOrderBook("NO-SUCH")).ended).rejects.toBeInstanceOf(NotFound);
    const nobody = new ExchangeClient({ baseUrl: live.gateway });
    await expect(collected(nobody.streamAccount()).ended).rejects.toBeInstanceOf(Unauthenticated);
  });
});
