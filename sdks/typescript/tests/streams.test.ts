// What streams do about messages that are lost, and about resumption that is refused.

import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import type { AccountEvent, ChannelEvent } from "../src/index.ts";
import { Gap, OutOfRange, Unauthenticated, Unavailable, UnexpectedAnswer } from "../src/index.ts";
import { Stream, type StreamStatus } from "../src/stream.ts";
import { AccountState } from "../src/stream-account-states.ts";
import { Subscription } from "../src/subscription.ts";
import { HEARTBEAT, ScriptedExchange, settled, ticker, trades, tradesBegin } from "./scripted-exchange.ts";

const TRADES = { kind: "trades", market: "M" } as const;
const TICKER = { kind: "ticker", market: "M" } as const;

function collect<Event>(stream: AsyncIterable<Event>): { events: Event[]; ended: Promise<unknown> } {
  const events: Event[] = [];
  const read = async () => {
    for await (const event of stream) events.push(event);
    return "ended";
  };
  return { events, ended: read().catch((error: unknown) => error) };
}

function told(events: readonly ChannelEvent[]): string[] {
  return events.map(({ channel, event }) => {
    if (event.type === "trade") return `trade ${event.trade.tradeId}`;
    if (event.type === "ticker") return `ticker ${event.ticker.lastPrice}`;
    if (event.type === "reconnected" || event.type === "resynced")
      return `${channel.kind} ${event.type}: ${event.cause.name}`;
    return `${channel.kind} ${event.type}`;
  });
}

const snapshot = (sequence: bigint) => ({ sequence, event: { case: "snapshot", value: {} } }) as const;
const update = (prevSequence: bigint, sequence: bigint) => ({
  prevSequence,
  sequence,
  event: { case: "update" as const, value: { balances: [{ asset: "X" }] } },
});

function account(exchange: ScriptedExchange, options: { livenessMs?: number; signal?: AbortSignal } = {}) {
  const caller = exchange.caller(options.livenessMs);
  const statuses: StreamStatus[] = [];
  const onStatus = (status: StreamStatus) => statuses.push(status);
  const stream = new Stream(caller, new AccountState(caller.settings, undefined), { signal: options.signal, onStatus });
  return { stream, statuses, ...collect<AccountEvent>(stream) };
}

test("an account whose place is no longer kept begins with a new snapshot, and says so", async () => {
  const exchange = new ScriptedExchange();
  const { events } = account(exchange);
  await settled();
  exchange.account.pipe.push(snapshot(10n), update(10n, 12n));
  await settled();
  exchange.account.pipe.fail(Code.Unavailable);
  await settled();
  expect(exchange.account.request.afterSequence).toBe(12n);
  exchange.account.pipe.fail(Code.OutOfRange);
  await settled();
  expect(exchange.account.request.afterSequence).toBeUndefined();
  exchange.account.pipe.push(snapshot(5_000n));
  await settled();
  expect(events.map((event) => event.type)).toEqual(["snapshot", "update", "resynced", "snapshot"]);
  expect(events[2]).toMatchObject({ cause: expect.any(Unavailable), attempts: 2 });
});

test("an update that is lost is asked for again, and nothing is missing", async () => {
  const exchange = new ScriptedExchange();
  const { events, stream } = account(exchange);
  await settled();
  exchange.account.pipe.push(snapshot(10n), update(12n, 13n));
  await settled();
  expect(exchange.account.request.afterSequence).toBe(10n);
  exchange.account.pipe.push(update(10n, 12n), update(12n, 13n));
  await settled();
  expect(events.map((event) => event.type)).toEqual(["snapshot", "reconnected", "update", "update"]);
  expect(events[1]).toMatchObject({ cause: expect.any(Gap) });
  expect(stream.position).toBe(13n);
});

test("a connection on which nothing comes is dead, and the stream goes on with another", async () => {
  const exchange = new ScriptedExchange();
  exchange.accountBegins.push([snapshot(10n)], [update(10n, 11n)]);
  const { events, statuses, stream } = account(exchange, { livenessMs: 40 });
  await expect.poll(() => events.length, { timeout: 10_000 }).toBe(3);
  stream.close();
  expect(events.map((event) => event.type)).toEqual(["snapshot", "reconnected", "update"]);
  expect(statuses.slice(0, 3)).toEqual(["live", "reconnecting", "live"]);
  expect(exchange.accounts[0]?.closed.aborted).toBe(true);
});

test("what does not pass is thrown, and what never came to be is given up", async () => {
  const exchange = new ScriptedExchange();
  const revoked = account(exchange);
  await settled();
  exchange.account.pipe.fail(Code.Unauthenticated);
  expect(await revoked.ended).toBeInstanceOf(Unauthenticated);
  expect(revoked.statuses.at(-1)).toBe("closed");
  const tooOld = account(exchange);
  await settled();
  exchange.account.pipe.fail(Code.OutOfRange);
  expect(await tooOld.ended).toBeInstanceOf(OutOfRange);
});

test("an aborted stream ends without an error, also while it waits, and before it began", async () => {
  const exchange = new ScriptedExchange();
  const stop = new AbortController();
  const { ended } = account(exchange, { signal: stop.signal });
  await settled();
  stop.abort();
  expect(await ended).toBe("ended");
  expect(await account(exchange, { signal: stop.signal }).ended).toBe("ended");
});

test("a loop that is left closes the stream", async () => {
  const exchange = new ScriptedExchange();
  const caller = exchange.caller();
  const stream = new Stream(caller, new AccountState(caller.settings, undefined));
  const left = (async () => {
    for await (const event of stream) return event;
    return undefined;
  })();
  await settled();
  exchange.account.pipe.push(snapshot(1n));
  expect(await left).toMatchObject({ type: "snapshot" });
  expect(stream.status).toBe("closed");
});

test("a channel that is out of step begins anew under another number, and the others do not notice", async () => {
  const exchange = new ScriptedExchange();
  const { events } = collect(new Subscription(exchange.caller(), [TRADES, TICKER]));
  await settled();
  exchange.say("trades", tradesBegin(6));
  exchange.say("ticker", ticker("1", 20, 0));
  exchange.say("trades", trades(7));
  const old = exchange.channelId("trades");
  exchange.say("trades", trades(9));
  await settled();
  expect(exchange.updates[0]?.remove).toEqual([old]);
  expect(exchange.updates[0]?.add[0]?.source).toMatchObject({ case: "trades", value: { afterTradeId: 7n } });
  // What is still on its way of the old channel is known, and dropped.
  exchange.say("trades", trades(10), old);
  exchange.say("ticker", ticker("2", 21, 20));
  exchange.say("trades", trades(8, 9));
  await settled();
  expect(told(events)).toEqual(["ticker 1", "trade 7", "ticker 2", "trades reconnected: Gap", "trade 8", "trade 9"]);
  exchange.subscribed.pipe.push(HEARTBEAT);
  await settled();
  expect([exchange.subscribes.length, exchange.updates.length]).toEqual([1, 1]);
});

test("a stream that does not begin with its id begins anew: it could not be changed", async () => {
  const exchange = new ScriptedExchange();
  exchange.saysOpened = false;
  const { events } = collect(new Subscription(exchange.caller(), [TICKER]));
  await settled();
  exchange.saysOpened = true;
  exchange.say("ticker", ticker("1", 20, 0));
  await settled();
  expect(exchange.subscribes).toHaveLength(2);
  exchange.say("ticker", ticker("2", 21, 0));
  await settled();
  expect(told(events)).toEqual(["ticker 2"]);
});

test("all channels are restored after a break, each from where it is", async () => {
  const exchange = new ScriptedExchange();
  const subscription = new Subscription(exchange.caller(), [TRADES]);
  const { events } = collect(subscription);
  await settled();
  await subscription.add(TICKER);
  exchange.say("trades", tradesBegin(3));
  exchange.say("trades", trades(4, 5));
  exchange.say("ticker", ticker("1", 20, 0));
  await settled();
  exchange.subscribed.pipe.fail(Code.Unavailable);
  await settled();
  const asked = exchange.subscribed.request.channels.map((channel) => channel.source);
  expect(asked).toMatchObject([{ case: "trades", value: { afterTradeId: 5n } }, { case: "ticker" }]);
  exchange.say("trades", trades(6));
  exchange.say("ticker", ticker("2", 30, 0));
  await settled();
  const after = ["trades reconnected: Unavailable", "trade 6", "ticker resynced: Unavailable", "ticker 2"];
  expect(told(events)).toEqual(["trade 4", "trade 5", "ticker 1", ...after]);
  expect(subscription.positionOf(TRADES)).toBe(6n);
});

test("what was added while the stream was being opened is added as soon as it is", async () => {
  const exchange = new ScriptedExchange();
  exchange.saysOpened = false;
  const subscription = new Subscription(exchange.caller(), []);
  collect(subscription);
  await settled();
  await subscription.add(TICKER);
  expect(exchange.updates).toEqual([]);
  exchange.subscribed.pipe.push({ channelId: 0, event: { case: "opened", value: { streamId: "one" } } });
  await settled();
  expect(exchange.updates).toMatchObject([{ streamId: "one", add: [{ source: { case: "ticker" } }] }]);
});

test("a refused channel is taken back; one that ends by itself says so, and the others go on", async () => {
  const exchange = new ScriptedExchange();
  const subscription = new Subscription(exchange.caller(), [TRADES, TICKER]);
  const { events } = collect(subscription);
  await settled();
  exchange.refusals.push(new ConnectError("no", Code.NotFound));
  await expect(subscription.add({ kind: "bbo", market: "M" })).rejects.toThrow("no");
  await expect(subscription.add(TICKER)).rejects.toThrow(RangeError);
  const closed = { code: Code.PermissionDenied, message: "not yours" };
  exchange.subscribed.pipe.push({ channelId: exchange.channelId("trades"), event: { case: "closed", value: closed } });
  exchange.say("ticker", ticker("1", 20, 0));
  await settled();
  expect(told(events)).toEqual(["trades closed", "ticker 1"]);
  expect(subscription.channels).toEqual([TICKER]);
});

test("an update that finds no stream makes a new one", async () => {
  const exchange = new ScriptedExchange();
  const subscription = new Subscription(exchange.caller(), [TRADES]);
  collect(subscription);
  await settled();
  exchange.subscribed.pipe.push(HEARTBEAT);
  exchange.refusals.push(new ConnectError("gone", Code.Unavailable));
  await subscription.add(TICKER);
  await settled();
  expect(exchange.subscribes).toHaveLength(2);
  expect(exchange.subscribed.request.channels.map((channel) => channel.source.case)).toEqual(["trades", "ticker"]);
});

test("a message of another kind on a channel is an answer that nobody understands", async () => {
  const exchange = new ScriptedExchange();
  collect(new Subscription(exchange.caller(), [TICKER]));
  await settled();
  exchange.say("trades", trades(1), exchange.channelId("ticker"));
  await settled();
  expect(exchange.subscribes).toHaveLength(2);
  expect(new UnexpectedAnswer("").code).toBe("UNKNOWN");
});
