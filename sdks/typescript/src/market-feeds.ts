// What a hub keeps of each channel, and the immutable snapshots that it makes of it, at most one a frame.

import type { CandleInterval } from "./enums.ts";
import type { ExchangeError } from "./errors.ts";
import { type FeedState, type FeedStatus, Listeners } from "./feed.ts";
import type { LocalOrderBook } from "./local-order-book.ts";
import type { Candle, PriceLevel, Ticker, Trade } from "./market-models.ts";
import type {
  AnyEvent,
  CandlesChannel,
  Channel,
  OrderBookChannel,
  TickerChannel,
  TradesChannel,
} from "./stream-events.ts";

export interface OrderBookView extends FeedState {
  /** Best first. */
  readonly bids: readonly PriceLevel[];
  /** Best first. */
  readonly asks: readonly PriceLevel[];
  readonly sequence: bigint;
  /** When the newest change came, by this machine's clock; 0 before the first. */
  readonly updatedAtMs: number;
}

export interface TradesView extends FeedState {
  /** Newest first. */
  readonly trades: readonly Trade[];
}

export interface TickerView extends FeedState {
  readonly ticker?: Ticker | undefined;
}

export interface CandlesView extends FeedState {
  /** Oldest first, the last one live. */
  readonly candles: readonly Candle[];
}

const NONE: readonly never[] = [];

export const NO_ORDER_BOOK: OrderBookView = {
  bids: NONE,
  asks: NONE,
  sequence: 0n,
  updatedAtMs: 0,
  status: "connecting",
};
export const NO_TRADES: TradesView = { trades: NONE, status: "connecting" };
export const NO_TICKER: TickerView = { status: "connecting" };
export const NO_CANDLES: CandlesView = { candles: NONE, status: "connecting" };

/** Reads what lies before a channel's first message. */
export interface MarketHistory {
  /** Newest first. */
  trades(market: string, count: number): Promise<readonly Trade[]>;
  /** Oldest first. */
  candles(market: string, interval: CandleInterval, count: number): Promise<readonly Candle[]>;
}

/** One channel of a hub. `changed` asks for a frame; on it, `renew` makes what the readers get. */
export abstract class Feed {
  abstract readonly channel: Channel;
  readonly listeners = new Listeners();
  error: ExchangeError | undefined;
  protected status: FeedStatus = "connecting";
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  protected changed(): void {
    this.#changed();
  }

  /** Whether nothing has come of it yet. */
  abstract get isEmpty(): boolean;

  /** Take an event of the channel. */
  abstract take(event: AnyEvent): void;

  /** Take note that the channel is open, or open again: everything from now on comes on it. */
  begun(): void {}

  /** Make new snapshots if anything is new; return whether. `book`: the channel's, if it has one. */
  abstract renew(status: FeedStatus, book: LocalOrderBook | undefined): boolean;
}

export class OrderBookFeed extends Feed {
  readonly channel: OrderBookChannel;
  view = NO_ORDER_BOOK;
  #updatedAtMs = 0;

  constructor(channel: OrderBookChannel, changed: () => void) {
    super(changed);
    this.channel = channel;
  }

  override get isEmpty(): boolean {
    return this.view.updatedAtMs === 0;
  }

  override take(): void {
    this.#updatedAtMs = Date.now();
  }

  override renew(status: FeedStatus, book: LocalOrderBook | undefined): boolean {
    const { view, error } = this;
    if (book === undefined || !book.inSync) {
      // What was true last stays; the levels of a book that is out of step may be anything.
      if (status === view.status && error === view.error) return false;
      this.view = { ...view, status, error };
      return true;
    }
    if (status === view.status && error === view.error && book.sequence === view.sequence) return false;
    const [bids, asks, sequence] = [book.bids(), book.asks(), book.sequence];
    this.view = { bids, asks, sequence, updatedAtMs: this.#updatedAtMs, status, error };
    return true;
  }
}

export class TickerFeed extends Feed {
  readonly channel: TickerChannel;
  view = NO_TICKER;
  #ticker: Ticker | undefined;

  constructor(channel: TickerChannel, changed: () => void) {
    super(changed);
    this.channel = channel;
  }

  override get isEmpty(): boolean {
    return this.#ticker === undefined;
  }

  override take(event: AnyEvent): void {
    if (event.type === "ticker") this.#ticker = event.ticker;
  }

  override renew(status: FeedStatus): boolean {
    const { view, error } = this;
    if (status === view.status && error === view.error && this.#ticker === view.ticker) return false;
    this.view = { ticker: this.#ticker, status, error };
    return true;
  }
}

/** How long after a failure a history is asked for again. */
const HISTORY_RETRY_MS = 3_000;

/**
 * A feed that begins with a history: the channel is opened first, then the history is read, so that nothing lies between.
 */
abstract class HistoryFeed<Item> extends Feed {
  /** How many items readers want at most. */
  protected wanted = 0;
  #loaded = 0;
  #loading = false;
  #isOpen = false;
  #generation = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Ask for at least so many items. */
  want(count: number): void {
    if (count <= this.wanted) return;
    this.wanted = count;
    if (this.#isOpen) this.#load();
  }

  override get isEmpty(): boolean {
    return !this.#isOpen;
  }

  override begun(): void {
    this.#isOpen = true;
    // Something may be missing here, even if the stream resumed: the reader of a new one does not know.
    this.#loaded = 0;
    this.#generation += 1;
    this.#load();
  }

  protected abstract read(count: number): Promise<readonly Item[]>;

  protected abstract merge(items: readonly Item[]): void;

  #load(): void {
    if (this.#loading || this.#loaded >= this.wanted) return;
    this.#loading = true;
    clearTimeout(this.#retry);
    const [count, generation] = [this.wanted, this.#generation];
    this.read(count).then(
      (items) => {
        this.#loading = false;
        // What began while the answer was on its way needs another one.
        if (generation === this.#generation) this.#loaded = count;
        this.merge(items);
        this.changed();
        this.#load();
      },
      () => {
        this.#loading = false;
        // What is live is shown all the same. The timer ends with its feed: nobody listens to it then.
        this.#retry = setTimeout(() => this.listeners.size > 0 && this.#load(), HISTORY_RETRY_MS);
      },
    );
  }
}

/** Keeps its views by length, as long as neither the items nor the status change. */
class Cuts<Item, View> {
  readonly #views = new Map<number, View>();
  readonly #make: (items: readonly Item[]) => View;
  readonly #cut: (count: number) => readonly Item[];

  constructor(cut: (count: number) => readonly Item[], make: (items: readonly Item[]) => View) {
    this.#cut = cut;
    this.#make = make;
  }

  get(count: number): View {
    let view = this.#views.get(count);
    if (view === undefined) {
      view = this.#make(this.#cut(count));
      this.#views.set(count, view);
    }
    return view;
  }
}

/** Trades that readers can ask for; more are in `listTrades`. */
export const MOST_TRADES = 1_000;

export class TradesFeed extends HistoryFeed<Trade> {
  readonly channel: TradesChannel;
  readonly #history: MarketHistory;
  #trades: readonly Trade[] = NONE;
  #arrived: Trade[] = [];
  #isNew = false;
  #shownError: ExchangeError | undefined;
  #cuts = this.#newCuts();

  constructor(channel: TradesChannel, history: MarketHistory, changed: () => void) {
    super(changed);
    this.channel = channel;
    this.#history = history;
  }

  view(limit: number): TradesView {
    return this.#cuts.get(limit);
  }

  override take(event: AnyEvent): void {
    if (event.type === "trade") {
      this.#arrived.push(event.trade);
      // A page that nobody looks at has no frames for a while.
      if (this.#arrived.length > 2 * MOST_TRADES) this.#arrived = this.#arrived.slice(-MOST_TRADES);
    }
  }

  override renew(status: FeedStatus): boolean {
    if (this.#arrived.length > 0) {
      this.#put(this.#arrived.reverse());
      this.#arrived = [];
    }
    if (!this.#isNew && status === this.status && this.error === this.#shownError) return false;
    this.#isNew = false;
    this.status = status;
    this.#shownError = this.error;
    this.#cuts = this.#newCuts();
    return true;
  }

  protected override read(count: number): Promise<readonly Trade[]> {
    return this.#history.trades(this.channel.market, count);
  }

  protected override merge(trades: readonly Trade[]): void {
    this.#put(trades);
  }

  /** Put trades, newest first, to those that are there; both may have some of the same. */
  #put(trades: readonly Trade[]): void {
    const [first, last] = [this.#trades[0], trades.at(-1)];
    if (first === undefined || last === undefined || last.tradeId > first.tradeId) {
      this.#trades = [...trades, ...this.#trades].slice(0, MOST_TRADES);
    } else {
      const byId = new Map([...this.#trades, ...trades].map((trade) => [trade.tradeId, trade]));
      const sorted = [...byId.values()].sort((a, b) => (a.tradeId < b.tradeId ? 1 : -1));
      this.#trades = sorted.slice(0, MOST_TRADES);
    }
    this.#isNew = true;
  }

  #newCuts(): Cuts<Trade, TradesView> {
    const { status, error } = this;
    return new Cuts(
      (limit) => this.#trades.slice(0, limit),
      (trades) => ({ trades, status, error }),
    );
  }
}

export class CandlesFeed extends HistoryFeed<Candle> {
  readonly channel: CandlesChannel;
  readonly #history: MarketHistory;
  #candles: Candle[] = [];
  #isNew = false;
  #shownError: ExchangeError | undefined;
  #cuts = this.#newCuts();

  constructor(channel: CandlesChannel, history: MarketHistory, changed: () => void) {
    super(changed);
    this.channel = channel;
    this.#history = history;
  }

  view(count: number): CandlesView {
    return this.#cuts.get(count);
  }

  override take(event: AnyEvent): void {
    if (event.type === "candle") this.#put(event.candle);
  }

  override renew(status: FeedStatus): boolean {
    if (!this.#isNew && status === this.status && this.error === this.#shownError) return false;
    this.#isNew = false;
    this.status = status;
    this.#shownError = this.error;
    this.#cuts = this.#newCuts();
    return true;
  }

  protected override read(count: number): Promise<readonly Candle[]> {
    const { market, interval } = this.channel;
    return this.#history.candles(market, interval, count);
  }

  protected override merge(candles: readonly Candle[]): void {
    const live = this.#candles;
    this.#candles = [...candles];
    this.#isNew = true;
    // What came meanwhile is newer than the answer, of the same candle too.
    for (const candle of live) this.#put(candle);
  }

  #put(candle: Candle): void {
    this.#isNew = true;
    let at = this.#candles.length;
    while (at > 0 && (this.#candles[at - 1] as Candle).openTimeNs > candle.openTimeNs) at -= 1;
    const before = this.#candles[at - 1];
    if (before?.openTimeNs !== candle.openTimeNs) this.#candles.splice(at, 0, candle);
    // Of two states of one candle that with fewer trades is older, and a closed one never changes any more.
    else if (!before.closed && candle.tradeCount >= before.tradeCount) this.#candles[at - 1] = candle;
    const most = Math.max(this.wanted, 1);
    if (this.#candles.length > most * 2) this.#candles.splice(0, this.#candles.length - most);
  }

  #newCuts(): Cuts<Candle, CandlesView> {
    const { status, error } = this;
    return new Cuts(
      (count) => this.#candles.slice(-count),
      (candles) => ({ candles, status, error }),
    );
  }
}
