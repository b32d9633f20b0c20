// Hooks over the hubs: plain immutable snapshots, at most one a frame.

import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";

import type { AccountHappening, AccountView } from "../account-hub.ts";
import { type DecimalInput, fromWire, toWire } from "../decimals.ts";
import type { CandleInterval, MarketStatus } from "../enums.ts";
import type { ExchangeError } from "../errors.ts";
import type { Store } from "../feed.ts";
import type { ConnectionStatus } from "../market-data-hub.ts";
import type { CandlesView, OrderBookView, TickerView, TradesView } from "../market-feeds.ts";
import { useHubs } from "./provider.ts";

export const DEFAULT_DEPTH = 50;
export const DEFAULT_TRADES = 50;
export const DEFAULT_CANDLES = 500;

/**
 * A market's book: the best `depth` levels a side (1 to 1000, 50 by default), added up to multiples of `priceStep` (quote
 * units, a multiple of the tick size) if it is given. While it reconnects, the levels are the last ones that were known.
 */
export function useOrderBook(
  market: string,
  { priceStep, depth = DEFAULT_DEPTH }: { priceStep?: DecimalInput | undefined; depth?: number } = {},
): OrderBookView {
  const { marketData } = useHubs();
  // One text for all that is equal: a Decimal of every render is another object, and 0.50 is 0.5.
  const step = priceStep === undefined ? undefined : fromWire(toWire(priceStep, "priceStep")).toFixed();
  return useStore(useMemo(() => marketData.orderBook(market, depth, step), [marketData, market, depth, step]));
}

/** A market's newest trades, none left out: 50 by default, 1,000 at most. */
export function useTrades(market: string, { limit = DEFAULT_TRADES }: { limit?: number } = {}): TradesView {
  const { marketData } = useHubs();
  return useStore(useMemo(() => marketData.trades(market, limit), [marketData, market, limit]));
}

/** A market at a glance. */
export function useTicker(market: string): TickerView {
  const { marketData } = useHubs();
  return useStore(useMemo(() => marketData.ticker(market), [marketData, market]));
}

/** What a market accepts, undefined until it is known. Renders when that changes, not with each tick. */
export function useMarketStatus(market: string): MarketStatus | undefined {
  const { marketData } = useHubs();
  const store = useMemo(() => marketData.ticker(market), [marketData, market]);
  const read = useCallback(() => store.getSnapshot().ticker?.status, [store]);
  return useSyncExternalStore(store.subscribe, read, read);
}

/** A market's newest candles, the last one live: 500 by default, 5,000 at most. */
export function useCandles(
  market: string,
  interval: CandleInterval,
  { count = DEFAULT_CANDLES }: { count?: number } = {},
): CandlesView {
  const { marketData } = useHubs();
  return useStore(useMemo(() => marketData.candles(market, interval, count), [marketData, market, interval, count]));
}

/** The account of the client's key: balances, open orders, recent fills. */
export function useAccount(): AccountView {
  return useStore(useHubs().account);
}

/** Call back for every order that changes and every fill, as it happens; for what is to be told a person. */
export function useAccountEvents(listener: (happening: AccountHappening) => void): void {
  const { account } = useHubs();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => account.onHappening((happening) => newest.current(happening)), [account]);
}

export interface ConnectionView {
  /** "stopped": the key is not taken any more, and trying again does not help. */
  readonly status: ConnectionStatus;
  /** How long the newest call took, there and back; measured every 5 seconds while the page is shown. */
  readonly roundTripMs?: number | undefined;
  /** When the status became what it is. */
  readonly since: Date;
  readonly error?: ExchangeError | undefined;
}

/** The state of the stream that all market data comes on. */
export function useConnection(): ConnectionView {
  const { marketData, roundTrip } = useHubs();
  const connection = useStore(marketData.connection);
  const roundTripMs = useStore(roundTrip);
  return useMemo(() => ({ ...connection, roundTripMs }), [connection, roundTripMs]);
}

function useStore<Snapshot>(store: Store<Snapshot>): Snapshot {
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
}
