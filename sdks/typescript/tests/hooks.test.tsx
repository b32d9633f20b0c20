// @vitest-environment jsdom
// The hooks, with frames that come when the test says so.

import { Code, ConnectError } from "@connectrpc/connect";
import { act, cleanup, render } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  type AccountHappening,
  type AccountView,
  ExchangeProvider,
  useAccount,
  useAccountEvents,
  useCandles,
  useConnection,
  useExchange,
  useMarketStatus,
  useOrderBook,
  useTicker,
  useTrades,
} from "../src/react/index.ts";
import {
  HEARTBEAT,
  ManualFrames,
  ScriptedExchange,
  settled,
  ticker,
  trades,
  tradesBegin,
} from "./scripted-exchange.ts";

let exchange: ScriptedExchange;
let frames: ManualFrames;

beforeEach(() => {
  exchange = new ScriptedExchange();
  frames = new ManualFrames();
});

afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

/** Show something under a provider; `again` shows something else in its place. */
function show(node: ReactNode, options: { lingerMs?: number; staleMs?: number } = {}) {
  const client = exchange.client();
  const provider = { scheduler: frames, lingerMs: 20, everyMs: 60_000, ...options };
  const inside = (content: ReactNode) => (
    <StrictMode>
      <ExchangeProvider client={client} options={provider}>
        {content}
      </ExchangeProvider>
    </StrictMode>
  );
  const { rerender } = render(inside(node));
  return { client, again: (other: ReactNode) => act(() => rerender(inside(other))) };
}

/** Let everything arrive, then draw. */
async function frame(): Promise<void> {
  await settled();
  act(() => frames.next());
}

/** One hook, and what it gave at each rendering that was not as the one before. */
class Shown<View> {
  readonly views: View[] = [];
  readonly useView: () => View;

  constructor(useView: () => View) {
    this.useView = useView;
  }

  get last(): View {
    return this.views.at(-1) as View;
  }
}

function Show<View>({ of }: { of: Shown<View> }) {
  const view = of.useView();
  if (of.views.at(-1) !== view) of.views.push(view);
  return null;
}

const level = (price: string, quantity: string) => ({ price, quantity });

function bookSnapshot(sequence: number): object {
  const value = { market: "M", bids: [level("9", "1")], asks: [level("10", "2")], sequence: BigInt(sequence) };
  // The CRC-32 of "100" "2000" "90" "1000".
  return { event: { case: "snapshot", value: { ...value, checksum: 2440493344 } } };
}

test("hundreds of messages are one rendering a frame", async () => {
  const price = new Shown(() => useTicker("M"));
  show(<Show of={price} />);
  await settled();
  for (let sequence = 1; sequence <= 300; sequence++)
    exchange.say("ticker", ticker(`${sequence}`, sequence, sequence - 1));
  await settled();
  expect(price.views).toHaveLength(1);
  expect(frames.asked).toBe(1);
  await frame();
  expect(price.views).toHaveLength(2);
  expect(price.last).toMatchObject({ status: "live" });
  expect(price.last.ticker?.lastPrice?.toString()).toBe("300");
  // Nothing is new: no rendering.
  exchange.subscribed.pipe.push(HEARTBEAT);
  await frame();
  expect(price.views).toHaveLength(2);
});

test("what a market accepts is rendered when it changes, not with each tick", async () => {
  let renderings = 0;
  const status = new Shown(() => {
    renderings += 1;
    return useMarketStatus("M");
  });
  show(<Show of={status} />);
  await settled();
  exchange.say("ticker", ticker("5", 1, 0));
  await frame();
  expect(status.last).toBe("OPEN");
  const before = renderings;
  for (const sequence of [2, 3, 4]) {
    exchange.say("ticker", ticker(`${sequence}`, sequence, sequence - 1));
    await frame();
  }
  expect(renderings).toBe(before);
  exchange.say("ticker", ticker("5", 5, 4, 4));
  await frame();
  expect(status.last).toBe("HALTED");
});

test("everybody shares one stream, and a channel for each thing that is shown", async () => {
  const first = new Shown(() => useTrades("M", { limit: 2 }));
  const second = new Shown(() => useTrades("M", { limit: 3 }));
  const book = new Shown(() => useOrderBook("M", { depth: 5, priceStep: "0.5" }));
  const { again } = show([<Show of={first} key={1} />, <Show of={second} key={2} />, <Show of={book} key={3} />]);
  await frame();
  expect(exchange.subscribes).toHaveLength(1);
  expect(exchange.subscribed.request.channels.map((channel) => channel.source.case)).toEqual(["trades", "orderBook"]);
  expect(exchange.subscribed.request.channels[1]?.source.value).toMatchObject({ view: { depth: 5, priceStep: "0.5" } });

  // One leaves, and the channel stays for the other; both leave, and it goes.
  again([<Show of={first} key={1} />, <Show of={book} key={3} />]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(exchange.updates).toEqual([]);
  const id = exchange.channelId("trades");
  again(<Show of={book} key={3} />);
  await expect.poll(() => exchange.updates.map((each) => each.remove)).toEqual([[id]]);

  // Somebody new comes: a channel more on the same stream.
  const price = new Shown(() => useTicker("M"));
  again([<Show of={book} key={3} />, <Show of={price} key={4} />]);
  await settled();
  expect(exchange.updates.at(-1)?.add.map((channel) => channel.source.case)).toEqual(["ticker"]);
  expect(exchange.subscribes).toHaveLength(1);
});

test("a reader that comes back while the channel lingers finds it there", async () => {
  const price = new Shown(() => useTicker("M"));
  const { again } = show(<Show of={price} />, { lingerMs: 60_000 });
  await settled();
  exchange.say("ticker", ticker("5", 1, 0));
  await frame();
  again(null);
  await settled();
  const back = new Shown(() => useTicker("M"));
  again(<Show of={back} />);
  expect(back.views[0]).toBe(price.last);
  expect(exchange.subscribes).toHaveLength(1);
  expect(exchange.updates).toEqual([]);
});

test("trades are those before the page and those since, each once, the newest first", async () => {
  const of = (id: number) => ({ tradeId: BigInt(id), market: "M", price: `${id}`, quantity: "1" });
  exchange.history.trades = [6, 5, 4].map(of);
  const tape = new Shown(() => useTrades("M", { limit: 4 }));
  show(<Show of={tape} />);
  await settled();
  exchange.say("trades", tradesBegin(5));
  exchange.say("trades", trades(6));
  exchange.say("trades", trades(7));
  await frame();
  await frame();
  const ids = () => tape.last.trades.map((trade) => Number(trade.tradeId));
  expect(ids()).toEqual([7, 6, 5, 4]);
  // It breaks, and cannot resume: what is missing is read from the history.
  exchange.history.trades = [20, 19, 18, 17].map(of);
  exchange.subscribed.pipe.fail(Code.Unavailable);
  await settled();
  const closed = { code: Code.OutOfRange, message: "too old" };
  exchange.subscribed.pipe.push({ channelId: exchange.channelId("trades"), event: { case: "closed", value: closed } });
  await frame();
  expect(tape.last.status).toBe("reconnecting");
  expect(ids()).toEqual([7, 6, 5, 4]);
  exchange.subscribed.pipe.push(HEARTBEAT);
  await settled();
  exchange.say("trades", tradesBegin(20));
  await frame();
  await frame();
  expect(tape.last.status).toBe("live");
  expect(ids()).toEqual([20, 19, 18, 17]);
});

test("the last candle lives, closed ones never change, and the newest is last", async () => {
  const candle = (minute: number, close: string, tradeCount: number, closed = false) => {
    const prices = { open: "1", high: "1", low: "1", close, volume: "1", quoteVolume: "1" };
    const openTime = { seconds: BigInt(minute * 60), nanos: 0 };
    return { market: "M", interval: 2, openTime, tradeCount: BigInt(tradeCount), closed, ...prices };
  };
  exchange.history.candles = [candle(1, "10", 3, true), candle(2, "20", 5)];
  const chart = new Shown(() => useCandles("M", "1m", { count: 2 }));
  show(<Show of={chart} />);
  await settled();
  const say = (sequence: number, prevSequence: number, ...candles: object[]) => {
    const value = { candles, sequence: BigInt(sequence), prevSequence: BigInt(prevSequence) };
    exchange.say("candles", { event: { case: "candles", value } });
  };
  say(1, 0, candle(2, "19", 4));
  await frame();
  await frame();
  const closes = () => chart.last.candles.map((each) => each.close.toString());
  expect(closes()).toEqual(["10", "20"]);
  say(2, 1, candle(2, "21", 6));
  await frame();
  expect(closes()).toEqual(["10", "21"]);
  say(3, 2, candle(2, "22", 7, true), candle(3, "30", 1));
  await frame();
  expect(closes()).toEqual(["22", "30"]);
});

test("a book that is out of step keeps what was true, says so, and shares what did not change", async () => {
  const book = new Shown(() => useOrderBook("M"));
  show(<Show of={book} />);
  await settled();
  exchange.say("orderBook", bookSnapshot(5));
  await frame();
  expect(book.last).toMatchObject({ status: "live", sequence: 5n });
  const before = book.last;
  expect([before.bids, before.asks].map(String)).toEqual(["1@9", "2@10"]);
  // The checksum is wrong: the level that came with it is not shown.
  const value = { market: "M", bids: [level("8", "1")], sequence: 6n, prevSequence: 5n, checksum: 1 };
  exchange.say("orderBook", { event: { case: "delta", value } });
  await frame();
  expect(book.last.status).toBe("reconnecting");
  expect(book.last.bids).toBe(before.bids);
  exchange.say("orderBook", bookSnapshot(7));
  await frame();
  expect(book.last).toMatchObject({ status: "live", sequence: 7n });
});

test("without a sign of life for long enough everything is stale, and live again with the next one", async () => {
  const price = new Shown(() => useTicker("M"));
  show(<Show of={price} />, { staleMs: 500 });
  await settled();
  exchange.say("ticker", ticker("5", 1, 0));
  await frame();
  await expect.poll(() => frames.asked, { timeout: 10_000 }).toBe(1);
  await frame();
  expect(price.last).toMatchObject({ status: "stale" });
  expect(price.last.ticker?.lastPrice?.toString()).toBe("5");
  exchange.subscribed.pipe.push(HEARTBEAT);
  await frame();
  expect(price.last.status).toBe("live");
});

test("a page that is opened while the exchange is down goes on trying, and is there when the exchange is", async () => {
  exchange.isDown = true;
  const [price, connection] = [new Shown(() => useTicker("M")), new Shown(() => useConnection())];
  render(
    <ExchangeProvider client={exchange.client({ timeoutMs: 20 })} options={{ scheduler: frames }}>
      <Show of={price} />
      <Show of={connection} />
    </ExchangeProvider>,
  );
  // By then a stream of its own would long have given up.
  await expect.poll(() => exchange.inVain, { timeout: 10_000 }).toBeGreaterThan(2);
  await frame();
  expect([price.last.status, connection.last.status]).toEqual(["connecting", "connecting"]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  exchange.isDown = false;
  await expect.poll(() => exchange.subscribes.length, { timeout: 10_000 }).toBe(1);
  exchange.say("ticker", ticker("5", 1, 0));
  await frame();
  expect([price.last.status, connection.last.status]).toEqual(["live", "live"]);
});

test("a page that was asleep says at once that what it shows is old", async () => {
  const price = new Shown(() => useTicker("M"));
  show(<Show of={price} />);
  await settled();
  exchange.say("ticker", ticker("5", 1, 0));
  await frame();
  expect(price.last.status).toBe("live");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  act(() => {
    document.dispatchEvent(new Event("visibilitychange"));
    frames.next();
  });
  expect(price.last.status).toBe("stale");
});

test("a market whose terms cannot be had just now comes later; one that is not there is an error", async () => {
  const price = new Shown(() => useTicker("M"));
  const [book, wrong] = [new Shown(() => useOrderBook("M")), new Shown(() => useOrderBook("N"))];
  const { again } = show(<Show of={price} />);
  await settled();
  // A market's terms are asked for again and again for one second here, and then the hub waits for two.
  exchange.marketFailures.push(
    ...Array.from({ length: 3 }, () => new ConnectError("no place", Code.ResourceExhausted)),
  );
  again([<Show key={1} of={price} />, <Show key={2} of={book} />]);
  await expect.poll(() => exchange.updates.length, { timeout: 10_000 }).toBe(1);
  exchange.say("orderBook", bookSnapshot(5));
  await frame();
  expect(book.last.status).toBe("live");
  exchange.marketFailures.push(
    new ConnectError("no such market", Code.NotFound),
    new ConnectError("no", Code.NotFound),
  );
  again([<Show key={2} of={book} />, <Show key={3} of={wrong} />]);
  await expect.poll(() => exchange.marketFailures.length).toBe(0);
  await frame();
  expect(wrong.last).toMatchObject({ status: "connecting", error: { name: "NotFound" } });
  expect(book.last).toMatchObject({ status: "live", error: undefined });
});

test("a client that is closed ends its streams, and nothing begins anew", async () => {
  const connection = new Shown(() => useConnection());
  const { client } = show([<Show key={1} of={connection} />, <Show key={2} of={new Shown(() => useAccount())} />]);
  await frame();
  client.close();
  await frame();
  expect(connection.last.status).toBe("stopped");
  expect([...exchange.subscribes, ...exchange.accounts].map((each) => each.closed.aborted)).toEqual([true, true]);
});

test("the connection says what it is, and stops when the key is not taken", async () => {
  const connection = new Shown(() => useConnection());
  show(<Show of={connection} />);
  await frame();
  exchange.subscribed.pipe.push(HEARTBEAT);
  await frame();
  expect(connection.last.status).toBe("live");
  exchange.subscribed.pipe.fail(Code.Unavailable);
  await settled();
  exchange.subscribed.pipe.fail(Code.Unauthenticated);
  await frame();
  expect(connection.last).toMatchObject({ status: "stopped", error: { name: "Unauthenticated" } });
});

test("the account is what the snapshot and the updates say, and every order and fill is told", async () => {
  const order = (id: number, status: number) => ({
    orderId: BigInt(id),
    market: "M",
    side: 1,
    type: 1,
    timeInForce: 1,
    status,
  });
  const fill = (id: number, sequence: number) => ({
    tradeId: BigInt(id),
    orderId: 2n,
    market: "M",
    side: 1,
    liquidity: 1,
    sequence: BigInt(sequence),
  });
  exchange.history.fills = [fill(4, 8)];
  const happened: AccountHappening[] = [];
  const account = new Shown(() => {
    useAccountEvents((happening) => happened.push(happening));
    return useAccount();
  });
  show(<Show of={account} />);
  await settled();
  expect(exchange.accounts).toHaveLength(1);
  const balances = [{ asset: "B", available: "1", reserved: "0.5" }];
  const openOrders = [order(2, 1), order(3, 1)];
  exchange.account.pipe.push({ sequence: 10n, event: { case: "snapshot", value: { openOrders, balances } } });
  await frame();
  await frame();
  const ids = (view: AccountView) => view.openOrders.map((each) => Number(each.orderId));
  expect(ids(account.last)).toEqual([2, 3]);
  expect(account.last).toMatchObject({ status: "live", account: { name: "alice" } });
  expect(account.last.fills.map((each) => Number(each.tradeId))).toEqual([4]);
  expect(happened).toEqual([]);

  const before = account.last;
  const update = { orders: [order(2, 2)], fills: [fill(5, 11)] };
  exchange.account.pipe.push({ sequence: 11n, prevSequence: 10n, event: { case: "update", value: update } });
  await settled();
  expect(happened.map((each) => each.type)).toEqual(["order", "fill"]);
  await frame();
  expect(ids(account.last)).toEqual([3]);
  expect(account.last.fills.map((each) => Number(each.tradeId))).toEqual([5, 4]);
  expect(account.last.balances).toBe(before.balances);

  // It cannot resume: the new snapshot is all that counts, and nothing that it says has just happened.
  exchange.account.pipe.fail(Code.OutOfRange);
  await frame();
  expect(account.last.status).toBe("reconnecting");
  exchange.account.pipe.push({
    sequence: 90n,
    event: { case: "snapshot", value: { openOrders: [order(9, 1)], balances } },
  });
  await frame();
  expect(ids(account.last)).toEqual([9]);
  expect(happened).toHaveLength(2);
});

test("another client brings another stream, and the old one ends", async () => {
  const price = new Shown(() => useTicker("M"));
  const [first, second] = [exchange.client(), exchange.client()];
  const options = { scheduler: frames, lingerMs: 5 };
  const { rerender } = render(
    <ExchangeProvider client={first} options={options}>
      <Show of={price} />
    </ExchangeProvider>,
  );
  await settled();
  exchange.say("ticker", ticker("5", 1, 0));
  await frame();
  rerender(
    <ExchangeProvider client={second} options={options}>
      <Show of={price} />
    </ExchangeProvider>,
  );
  expect(price.last).toEqual({ status: "connecting" });
  await expect.poll(() => exchange.subscribes.map((each) => each.closed.aborted)).toEqual([true, false]);
});

test("hooks without a provider say what is missing", () => {
  const exchangeHook = new Shown(() => useExchange());
  expect(() => render(<Show of={exchangeHook} />)).toThrow("<ExchangeProvider>");
});
