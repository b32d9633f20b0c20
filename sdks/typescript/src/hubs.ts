// The hubs of a client: made when they are first asked for, and shared by everybody who has the client.

import { AccountHub } from "./account-hub.ts";
import type { ExchangeClient } from "./client.ts";
import { type HubOptions, MarketDataHub } from "./market-data-hub.ts";
import { RoundTrip, type RoundTripOptions } from "./round-trip.ts";
import { streamCaller } from "./stream-caller.ts";

export interface Hubs {
  readonly marketData: MarketDataHub;
  readonly account: AccountHub;
  readonly roundTrip: RoundTrip;
}

/** Longer than anybody calls it working. */
const PING_TIMEOUT_MS = 4_000;

const hubs = new WeakMap<ExchangeClient, Hubs>();

/** Return the hubs of a client. `options` count the first time. */
export function hubsOf(client: ExchangeClient, options: HubOptions & RoundTripOptions = {}): Hubs {
  let made = hubs.get(client);
  if (made === undefined) {
    made = makeHubs(client, options);
    hubs.set(client, made);
  }
  return made;
}

function makeHubs(client: ExchangeClient, options: HubOptions & RoundTripOptions): Hubs {
  const caller = streamCaller(client.connection);
  const history = {
    trades: async (market: string, count: number) =>
      (await client.listTrades(market, { pageSize: count }).page()).items,
    candles: async (market: string, interval: Parameters<typeof client.listCandles>[1], count: number) =>
      (await client.listCandles(market, interval, { pageSize: count }).page()).items,
  };
  const reads = {
    account: () => client.getAccount(),
    fills: async (count: number) => (await client.listFills({ pageSize: count }).page()).items,
  };
  return {
    marketData: new MarketDataHub(caller, history, options),
    account: new AccountHub(caller, reads, options),
    roundTrip: new RoundTrip((signal) => client.checkHealth({ signal, timeoutMs: PING_TIMEOUT_MS }), options),
  };
}
