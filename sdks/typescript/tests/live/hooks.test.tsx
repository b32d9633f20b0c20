// @vitest-environment jsdom
// The hooks in a page's tree of components, against the real exchange through Envoy.

import { cleanup, render } from "@testing-library/react";
import { StrictMode, useEffect } from "react";
import { afterEach, expect, test } from "vitest";
import { Page as ExamplePage } from "../../examples/page.tsx";
import { ExchangeClient, InvalidRequest, NotFound } from "../../src/index.ts";
import {
  type AccountHappening,
  type AccountView,
  type CandlesView,
  type ConnectionView,
  ExchangeProvider,
  type OrderBookView,
  type TickerView,
  type TradesView,
  useAccount,
  useAccountEvents,
  useCandles,
  useConnection,
  useOrderBook,
  useTicker,
  useTrades,
} from "../../src/react/index.ts";
import { cancelAll, freeze, kill, live, place, quote, start, thaw, until } from "./exchange.ts";

const MARKET = "ETH-USDC";

/** What the page shows now, and how its parts have changed. */
interface Shown {
  book: OrderBookView;
  steps: OrderBookView;
  trades: TradesView;
  ticker: TickerView;
  candles: CandlesView;
  account: AccountView;
  connection: ConnectionView;
}

const shown = {} as Shown;
const statuses: string[] = [];
const happenings: AccountHappening[] = [];

function Page() {
  shown.book = useOrderBook(MARKET);
  shown.steps = useOrderBook(MARKET, { priceStep: "10", depth: 3 });
  shown.trades = useTrades(MARKET, { limit: 3 });
  shown.ticker = useTicker(MARKET);
  shown.candles = useCandles(MARKET, "1d", { count: 2 });
  shown.account = useAccount();
  shown.connection = useConnection();
  useAccountEvents((happening) => happenings.push(happening));
  const { status } = shown.connection;
  useEffect(() => {
    statuses.push(status);
  }, [status]);
  return null;
}

const seen: { wrong?: OrderBookView; book?: OrderBookView; badStep?: OrderBookView } = {};

function Markets() {
  seen.wrong = useOrderBook("NO-SUCH");
  seen.badStep = useOrderBook(MARKET, { priceStep: "0.0001" });
  seen.book = useOrderBook(MARKET);
  return null;
}

function bids(): string {
  return shown.book.bids.map(String).join(" ");
}

async function trade(price: string): Promise<void> {
  await place("bob", { market: MARKET, side: "SELL", price, quantity: "0.1" });
  await place("alice", { market: MARKET, side: "BUY", price, quantity: "0.1" });
}

/** Count the streams that are open: what a page may have six of. */
function countStreams(): { open: () => number; subscribes: () => number } {
  const original = globalThis.fetch;
  let [open, subscribes] = [0, 0];
  globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    if (!/\/(Stream\w+|Subscribe)$/.test(url)) return original(input, init);
    open += 1;
    if (url.endsWith("/Subscribe")) subscribes += 1;
    const signal = init?.signal;
    signal?.addEventListener("abort", () => {
      open -= 1;
    });
    return original(input, init);
  };
  return { open: () => open, subscribes: () => subscribes };
}

afterEach(cleanup);

test("a page sees everything, says when it does not, and is right again after the exchange was killed", async () => {
  await cancelAll("alice");
  await cancelAll("bob");
  await quote(MARKET, [["100", "1"]], [["120", "2"]]);
  await trade("110");
  const client = new ExchangeClient({ baseUrl: live.gateway, apiKey: live.keys.alice, livenessMs: 4_000 });
  const streams = countStreams();
  const page = render(
    <StrictMode>
      <ExchangeProvider client={client} options={{ lingerMs: 100, staleMs: 1_000, everyMs: 200 }}>
        <Page />
      </ExchangeProvider>
    </StrictMode>,
  );
  expect(shown.book).toMatchObject({ status: "connecting", bids: [], asks: [] });
  const views = () => [shown.book, shown.steps, shown.trades, shown.ticker, shown.candles, shown.account];
  const isLive = () => shown.connection.status === "live" && views().every((view) => view.status === "live");

  await until(isLive, "all is live");
  await until(() => shown.trades.trades.length === 1 && shown.candles.candles.length === 1, "what was before the page");
  expect(bids()).toBe("1@100");
  expect(shown.trades.trades[0]?.price.toString()).toBe("110");
  expect(shown.candles.candles[0]?.close.toString()).toBe("110");
  expect(shown.ticker.ticker?.lastPrice?.toString()).toBe("110");
  expect(shown.account.balances.map((balance) => balance.asset)).toContain("USDC");
  await until(() => shown.connection.roundTripMs, "a round trip");
  await until(() => shown.account.account?.name === "alice", "whose account it is");
  expect([streams.open(), streams.subscribes()]).toEqual([2, 1]);

  // Somebody trades: the page sees it, and is told of its own orders.
  const { orderId } = await place("alice", { market: MARKET, side: "BUY", price: "103", quantity: "0.5" });
  await until(() => bids() === "0.5@103 1@100", "the order in the book");
  await until(() => shown.steps.bids.map(String).join() === "1.5@100", "the order in the view in steps");
  await until(() => shown.account.openOrders.length === 1, "the order among one's own");
  expect(shown.account.openOrders[0]?.orderId).toBe(BigInt(orderId));
  await place("bob", { market: MARKET, side: "SELL", price: "103", quantity: "0.2" });
  await until(() => shown.account.fills.length > 0 && shown.trades.trades.length === 2, "the fill");
  expect(shown.account.fills[0]).toMatchObject({ orderId: BigInt(orderId), liquidity: "MAKER" });
  expect(happenings.map((each) => each.type)).toEqual(["order", "order", "fill"]);

  // It hangs: what is shown is stale, and says so.
  await freeze();
  await until(() => shown.book.status === "stale" && shown.account.status === "stale", "stale");
  expect(bids()).toBe("0.3@103 1@100");
  await thaw();
  await until(isLive, "live again");

  // It dies: what was known stays, and is said to be old.
  await kill();
  await until(() => shown.connection.status === "reconnecting" && shown.book.status === "reconnecting", "reconnecting");
  expect(bids()).toBe("0.3@103 1@100");
  await start();
  await until(isLive, "live after the restart");
  await trade("104");
  await until(() => shown.trades.trades[0]?.price.eq("104"), "the trade after the restart");
  expect(shown.trades.trades.map((each) => each.price.toString())).toEqual(["104", "103", "110"]);
  await place("bob", { market: MARKET, side: "BUY", price: "101", quantity: "1" });
  await until(() => bids() === "0.3@103 1@101 1@100", "the book is right");
  await until(() => shown.candles.candles.at(-1)?.close.toString() === "104", "the candle is right");
  expect(statuses[0]).toBe("connecting");
  expect(statuses.slice(-2)).toEqual(["reconnecting", "live"]);

  // Nobody looks any more: the streams end.
  page.unmount();
  await until(() => streams.open() === 0, "no stream is open");
  client.close();
});

test("a market that is not there is an error of its own, and the others do not notice", async () => {
  await quote(MARKET, [["100", "1"]], [["120", "2"]]);
  const client = new ExchangeClient({ baseUrl: live.gateway });
  render(
    <ExchangeProvider client={client}>
      <Markets />
    </ExchangeProvider>,
  );
  await until(() => seen.book?.status === "live", "the market that is there");
  await until(() => seen.wrong?.error && seen.badStep?.error, "the errors of the others");
  expect(seen.wrong?.error).toBeInstanceOf(NotFound);
  expect(seen.badStep?.error).toBeInstanceOf(InvalidRequest);
  client.close();
});

test("the example's page shows the market", async () => {
  await quote("BTC-USDC", [["100", "1"]], [["120", "2"]]);
  // The package as it is published: the example imports it by its name.
  const { ExchangeClient: Published } = await import("@exchange/sdk");
  const client = new Published({ baseUrl: live.gateway, apiKey: live.keys.alice });
  const page = render(<ExamplePage client={client} />);
  await until(() => page.container.textContent?.startsWith("live"), "it is live");
  await until(
    () => page.container.querySelector("table")?.textContent?.includes("1202"),
    "the best offer and its size",
  );
  await place("alice", { market: "BTC-USDC", side: "BUY", price: "55.5", quantity: "0.5" });
  await until(() => page.container.textContent?.endsWith("BUY 0.5 @ 55.5"), "one's own order");
  client.close();
});
