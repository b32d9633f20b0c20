// Streams against the real exchange, over gRPC-Web through Envoy and over gRPC.

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AccountUpdate, Channel, ChannelEvent, PriceLevel, Subscription } from "../../src/index.ts";
import { ExchangeClient, NodeExchangeClient, NotFound, Unauthenticated } from "../../src/node.ts";
import { cancelAll, kill, live, place, quote, start, until } from "./exchange.ts";

const MARKET = "BTC-USDC";
const BOOK = { kind: "orderBook", market: MARKET } as const satisfies Channel;
const BBO = { kind: "bbo", market: MARKET } as const satisfies Channel;
const TRADES = { kind: "trades", market: MARKET } as const satisfies Channel;
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

/** Follow a subscription; `of` are the events of one channel. */
function followed(subscription: Subscription) {
  const events = collected(subscription);
  const of = <C extends Channel>(channel: C) =>
    events.flatMap((each) => (each.channel === channel ? [each.event as EventOf<C>] : []));
  return { subscription, of, ended: events.ended };
}

type EventOf<C extends Channel> = Extract<ChannelEvent, { channel: { kind: C["kind"] } }>["event"];

function texts(levels: readonly PriceLevel[]): string[] {
  return levels.map(({ price, quantity }) => `${quantity}@${price}`);
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

  test("nothing is lost, repeated or wrong, and every stream says what was, when the exchange is killed", async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const [whole, steps] = [
      client.streamOrderBook(MARKET, { signal }),
      client.streamOrderBook(MARKET, { depth: 2, priceStep: "5", signal }),
    ];
    const [book, trades] = [collected(whole), collected(client.streamTrades(MARKET, { signal }))];
    const [account, fills] = [collected(client.streamAccount({ signal })), collected(client.streamFills({ signal }))];
    const stepped = collected(steps);
    const channels = followed(client.subscribe([BOOK, BBO], { signal }));
    const { subscription } = channels;
    await until(
      () => [book, account, stepped, channels.of(BOOK), channels.of(BBO)].every((each) => each.length),
      "the first of each",
    );

    // Channels come and go while the stream runs; one that is refused changes nothing.
    await subscription.add(TRADES, { kind: "account" });
    await subscription.remove(BBO);
    const [bboEvents, badChannel] = [channels.of(BBO).length, { kind: "ticker", market: "NO-SUCH" } as const];
    await expect(subscription.add(badChannel)).rejects.toBeInstanceOf(NotFound);
    expect(subscription.channels.map((channel) => channel.kind)).toEqual(["orderBook", "trades", "account"]);

    for (const price of ["101", "102.5", "103"]) {
      await place("bob", { market: MARKET, side: "BUY", price, quantity: "0.5" });
    }
    await trade("105");
    await until(() => [trades, fills, channels.of(TRADES)].every((each) => each.length === 1), "a trade");
    const expected = await client.getOrderBook(MARKET);
    await until(() => whole.book.sequence === expected.sequence, "all deltas");
    expect(texts(whole.book.bids())).toEqual(["0.5@103", "0.5@102.5", "0.5@101", "1@100"]);
    expect(texts(expected.bids)).toEqual(texts(whole.book.bids()));
    expect(whole.book.checksum()).toBe(expected.checksum);
    await until(() => texts(steps.book.bids()).join() === "2.5@100", "the view in steps");

    await kill();
    await until(
      () => [whole, steps, subscription].every((each) => each.status === "reconnecting"),
      "the break is told",
    );
    await start();
    await trade("106");
    const resumed = () =>
      [trades, account, fills, channels.of(TRADES)].every((each) => types(each).includes("reconnected"));
    await until(resumed, "what resumes says that it went on");
    const resynced = () => [book, stepped, channels.of(BOOK)].every((each) => types(each).includes("resynced"));
    await until(resynced, "books say that they began anew");
    await trade("107");
    await place("bob", { market: MARKET, side: "BUY", price: "104", quantity: "0.5" });
    await until(() => [trades, fills, channels.of(TRADES)].every((each) => each.length === 4), "all trades and fills");
    await until(
      () => [whole.book, subscription.book(BOOK)].every((each) => each.bestBid?.price.eq("104")),
      "the books",
    );

    for (const each of [whole.book, subscription.book(BOOK)]) {
      expect(texts(each.bids())).toEqual(["0.5@104", "0.5@103", "0.5@102.5", "0.5@101", "1@100"]);
    }
    for (const events of [book, channels.of(BOOK)]) {
      expect(types(events).filter((type) => type !== "delta")).toEqual(["snapshot", "resynced", "snapshot"]);
    }
    for (const events of [trades, channels.of(TRADES)]) {
      expect(types(events)).toEqual(["trade", "reconnected", "trade", "trade"]);
      const ids = events.flatMap((event) => (event.type === "trade" ? [event.trade.tradeId] : []));
      expect(ids).toEqual([0n, 1n, 2n].map((more) => (ids[0] as bigint) + more));
    }
    const prices = ["105", "106", "107"];
    expect(fills.flatMap((event) => (event.type === "fill" ? [event.fill.price.toString()] : []))).toEqual(prices);
    const updates = account.flatMap((event): AccountUpdate[] => (event.type === "update" ? [event.update] : []));
    expect(updates.flatMap((update) => update.fills.map((fill) => fill.price.toString()))).toEqual(prices);
    for (const [at, update] of updates.entries()) {
      if (at > 0) expect(update.prevSequence).toBe(updates[at - 1]?.sequence);
    }
    expect(channels.of(BBO)).toHaveLength(bboEvents);

    stop.abort();
    // An aborted stream ends without an error.
    await Promise.all([book, stepped, trades, account, fills, channels].map((each) => each.ended));
  });

  test("the book order by order is in step", async () => {
    const stream = client.streamOrders(MARKET);
    const events = collected(stream);
    const { orderId } = await place("bob", { market: MARKET, side: "BUY", price: "100", quantity: "0.25" });
    // Before the first snapshot there are no queues to ask.
    await until(() => events.length > 0, "the queues");
    const position = await until(() => stream.queues.position(BigInt(orderId)), "the order in its queue");
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
