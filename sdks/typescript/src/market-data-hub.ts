// All market data of one client for any number of readers: one Subscribe stream, a channel for each thing that is read
// by anybody, snapshots at most once a frame.

import type { CandleInterval } from "./enums.ts";
import { fromFailure } from "./error-mapping.ts";
import { type ExchangeError, PermissionDenied, Unauthenticated, Unavailable } from "./errors.ts";
import { type FeedStatus, Listeners, type Store } from "./feed.ts";
import { animationFrames, type FrameScheduler } from "./frame-scheduler.ts";
import type { LocalOrderBook } from "./local-order-book.ts";
import {
  CandlesFeed,
  type CandlesView,
  type Feed,
  type MarketHistory,
  MOST_TRADES,
  NO_CANDLES,
  NO_ORDER_BOOK,
  NO_TICKER,
  NO_TRADES,
  OrderBookFeed,
  type OrderBookView,
  TickerFeed,
  type TickerView,
  TradesFeed,
  type TradesView,
} from "./market-feeds.ts";
import { Staleness } from "./staleness.ts";
import type { StreamCaller } from "./stream-caller.ts";
import { type Channel, channelKey, type OrderBookChannel } from "./stream-events.ts";
import { mayPass } from "./stream-state.ts";
import { Subscription } from "./subscription.ts";
import { sleep } from "./waiting.ts";

export interface HubOptions {
  /** How long a channel stays open after its last reader has gone: pages change, and readers come back. */
  readonly lingerMs?: number;
  /**
   * Without a message for so long, what is shown is stale. The exchange is never silent for more than 5 seconds, and a
   * message may be a while on its way.
   */
  readonly staleMs?: number;
  readonly scheduler?: FrameScheduler;
}

export const DEFAULT_LINGER_MS = 2_000;
export const DEFAULT_STALE_MS = 8_000;
const RESTART_MS = 2_000;

export type ConnectionStatus = "connecting" | "live" | "reconnecting" | "stopped";

/** `since`: when it became so. `error`: why it is not live, if it is known. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  readonly since: Date;
  readonly error?: ExchangeError | undefined;
}

export class MarketDataHub {
  readonly #caller: StreamCaller;
  readonly #history: MarketHistory;
  readonly #scheduler: FrameScheduler;
  readonly #lingerMs: number;
  readonly #staleness: Staleness;
  readonly #feeds = new Map<string, Feed>();
  readonly #lingering = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #connectionListeners = new Listeners();
  #connection: ConnectionState = { status: "connecting", since: new Date() };
  #isConnectionNew = false;
  #running: AbortController | undefined;
  #subscription: Subscription | undefined;
  #stopping: ReturnType<typeof setTimeout> | undefined;
  #live = new Set<Feed>();
  #cancelFrame: (() => void) | undefined;
  #syncing: Promise<void> | undefined;

  constructor(caller: StreamCaller, history: MarketHistory, options: HubOptions = {}) {
    this.#caller = caller;
    this.#history = history;
    this.#scheduler = options.scheduler ?? animationFrames;
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
    this.#staleness = new Staleness(options.staleMs ?? DEFAULT_STALE_MS, () => this.#changed());
  }

  // ---------------------------------------------------------------- what readers read

  /** The book of a market: the best `depth` levels a side, prices in steps of `priceStep` (plain text) if given. */
  orderBook(market: string, depth: number, priceStep?: string): Store<OrderBookView> {
    const channel: OrderBookChannel = { kind: "orderBook", market, depth, priceStep };
    return this.#store(
      channel,
      (changed) => new OrderBookFeed(channel, changed),
      (feed) => feed.view,
      NO_ORDER_BOOK,
    );
  }

  ticker(market: string): Store<TickerView> {
    const channel = { kind: "ticker", market } as const;
    return this.#store(
      channel,
      (changed) => new TickerFeed(channel, changed),
      (feed) => feed.view,
      NO_TICKER,
    );
  }

  /** The newest `limit` trades of a market, 1,000 at most. */
  trades(market: string, limit: number): Store<TradesView> {
    const channel = { kind: "trades", market } as const;
    return this.#store(
      channel,
      (changed) => new TradesFeed(channel, this.#history, changed),
      (feed) => feed.view(limit),
      NO_TRADES,
      (feed) => feed.want(Math.min(limit, MOST_TRADES)),
    );
  }

  /** The newest `count` candles of a market, the last one live. */
  candles(market: string, interval: CandleInterval, count: number): Store<CandlesView> {
    const channel = { kind: "candles", market, interval } as const;
    return this.#store(
      channel,
      (changed) => new CandlesFeed(channel, this.#history, changed),
      (feed) => feed.view(count),
      NO_CANDLES,
      (feed) => feed.want(count),
    );
  }

  /** Whether the stream is there; a reader of it alone keeps it open, too. */
  readonly connection: Store<ConnectionState> = {
    subscribe: (listener) => {
      const remove = this.#connectionListeners.add(listener);
      this.#start();
      return () => {
        remove();
        this.#stopLater();
      };
    },
    getSnapshot: () => this.#connection,
  };

  #store<F extends Feed, View>(
    channel: Channel,
    make: (changed: () => void) => F,
    view: (feed: F) => View,
    empty: View,
    want?: (feed: F) => void,
  ): Store<View> {
    const key = channelKey(channel);
    return {
      subscribe: (listener) => {
        let feed = this.#feeds.get(key) as F | undefined;
        if (feed === undefined) {
          feed = make(() => this.#changed());
          this.#feeds.set(key, feed);
        }
        want?.(feed);
        const remove = feed.listeners.add(listener);
        this.#acquired(key);
        return () => {
          remove();
          this.#released(key);
        };
      },
      getSnapshot: () => {
        const feed = this.#feeds.get(key) as F | undefined;
        return feed === undefined ? empty : view(feed);
      },
    };
  }

  // ---------------------------------------------------------------- which channels are open

  #acquired(key: string): void {
    clearTimeout(this.#lingering.get(key));
    this.#lingering.delete(key);
    this.#start();
    this.#sync();
  }

  #released(key: string): void {
    if (this.#feeds.get(key)?.listeners.size !== 0) return;
    const timer = setTimeout(() => {
      this.#lingering.delete(key);
      this.#feeds.delete(key);
      this.#sync();
      this.#stopLater();
    }, this.#lingerMs);
    this.#lingering.set(key, timer);
  }

  /** Tell the exchange what is to be added and removed: one update for all that one frame of a page asks for. */
  #sync(): void {
    this.#syncing ??= Promise.resolve()
      .then(() => this.#reconcile())
      .finally(() => {
        this.#syncing = undefined;
        if (this.#missing().length > 0 || this.#surplus().length > 0) this.#sync();
      });
  }

  #missing(): Feed[] {
    const open = new Set(this.#subscription?.channels.map(channelKey));
    if (this.#subscription === undefined) return [];
    return [...this.#feeds.values()].filter((feed) => feed.error === undefined && !open.has(channelKey(feed.channel)));
  }

  #surplus(): Channel[] {
    return (this.#subscription?.channels ?? []).filter((channel) => !this.#feeds.has(channelKey(channel)));
  }

  async #reconcile(): Promise<void> {
    const subscription = this.#subscription;
    if (subscription === undefined) return;
    const surplus = this.#surplus();
    if (surplus.length > 0) await subscription.remove(...surplus).catch(ignore);
    const missing = this.#missing();
    if (missing.length === 0) return;
    try {
      await subscription.add(...missing.map((feed) => feed.channel));
    } catch {
      // One that is refused must not keep the others away.
      for (const feed of missing) await this.#add(subscription, feed);
    }
  }

  async #add(subscription: Subscription, feed: Feed): Promise<void> {
    try {
      await subscription.add(feed.channel);
    } catch (error) {
      // A mistake of the caller's is an ExchangeError, too: no request can be made of a price step that is no number.
      const failure = fromFailure(error);
      const isTransient = failure === error && mayPass(failure);
      if (isTransient) await sleep(RESTART_MS, subscription.closed);
      else if (subscription === this.#subscription) this.#fail(feed, failure);
    }
  }

  #fail(feed: Feed, error: ExchangeError): void {
    feed.error = error;
    this.#changed();
  }

  // ---------------------------------------------------------------- the stream

  #start(): void {
    clearTimeout(this.#stopping);
    this.#stopping = undefined;
    if (this.#running !== undefined) return;
    const running = new AbortController();
    this.#running = running;
    this.#staleness.watch(running.signal);
    // Later, so that everything that one frame of a page asks for is in the first request.
    queueMicrotask(() => void this.#run(running.signal));
  }

  #stopLater(): void {
    if (this.#feeds.size > 0 || this.#connectionListeners.size > 0) return;
    clearTimeout(this.#stopping);
    this.#stopping = setTimeout(() => this.#stop(), this.#lingerMs);
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#subscription = undefined;
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
    this.#connection = { status: "connecting", since: new Date() };
  }

  async #run(signal: AbortSignal): Promise<void> {
    // With everything in its first request a stream is there soonest; when that is refused, one at a time tells which.
    let careful = false;
    while (!signal.aborted) {
      const wasCareful = careful;
      const error = await this.#follow(careful ? [] : [...this.#feeds.values()], signal);
      this.#live.clear();
      if (signal.aborted) return;
      if (this.#caller.closed.aborted || error instanceof Unauthenticated || error instanceof PermissionDenied) {
        this.#setConnection("stopped", error);
        return;
      }
      careful = !mayPass(error);
      if (careful && !wasCareful) continue;
      this.#setConnection(this.#connection.status === "connecting" ? "connecting" : "reconnecting", error);
      await sleep(RESTART_MS, signal);
    }
  }

  /** Read one subscription until it ends; return why. */
  async #follow(feeds: Feed[], signal: AbortSignal): Promise<ExchangeError> {
    try {
      const channels = feeds.filter((feed) => feed.error === undefined).map((feed) => feed.channel);
      const subscription = new Subscription(this.#caller, channels, {
        signal,
        onStatus: (status, cause) => this.#connectionChanged(status, cause),
        onMessage: () => this.#message(subscription),
      });
      this.#subscription = subscription;
      this.#sync();
      for await (const { channel, event } of subscription) {
        const feed = this.#feeds.get(channelKey(channel));
        if (event.type !== "closed") feed?.take(event);
        else if (feed !== undefined) this.#fail(feed, event.cause);
      }
      return new Unavailable("the subscription was closed");
    } catch (error) {
      return fromFailure(error);
    }
  }

  #connectionChanged(status: Subscription["status"], cause?: ExchangeError): void {
    if (status !== "closed") this.#setConnection(status, cause);
  }

  #setConnection(status: ConnectionStatus, error?: ExchangeError): void {
    if (status === this.#connection.status && error === this.#connection.error) return;
    const since = status === this.#connection.status ? this.#connection.since : new Date();
    this.#connection = { status, since, error };
    this.#isConnectionNew = true;
    this.#changed();
  }

  #message(subscription: Subscription): void {
    this.#staleness.seen();
    for (const feed of this.#feeds.values()) {
      const isLive = subscription.isLive(feed.channel);
      if (!isLive) this.#live.delete(feed);
      else if (!this.#live.has(feed)) {
        this.#live.add(feed);
        feed.begun();
      }
    }
    this.#changed();
  }

  // ---------------------------------------------------------------- frames

  #changed(): void {
    this.#cancelFrame ??= this.#scheduler.request(() => {
      this.#cancelFrame = undefined;
      this.#frame();
    });
  }

  #frame(): void {
    const renewed: Listeners[] = [];
    for (const feed of this.#feeds.values()) {
      if (feed.renew(this.#statusOf(feed), this.#bookOf(feed))) renewed.push(feed.listeners);
    }
    if (this.#isConnectionNew) renewed.push(this.#connectionListeners);
    this.#isConnectionNew = false;
    // Only now: a listener may read any of them, and they are to be of one moment.
    for (const listeners of renewed) listeners.call();
  }

  #statusOf(feed: Feed): FeedStatus {
    if (this.#connection.status !== "live" || !this.#live.has(feed))
      return feed.isEmpty ? "connecting" : "reconnecting";
    return this.#staleness.isStale ? "stale" : "live";
  }

  #bookOf(feed: Feed): LocalOrderBook | undefined {
    const isThere = feed instanceof OrderBookFeed && this.#live.has(feed) && this.#subscription?.isLive(feed.channel);
    return isThere ? this.#subscription?.book(feed.channel) : undefined;
  }
}

function ignore(): void {}
