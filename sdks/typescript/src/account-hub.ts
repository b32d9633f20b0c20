// One account for any number of readers: one StreamAccount stream, snapshots at most once a frame, events at once.

import { fromFailure } from "./error-mapping.ts";
import { type ExchangeError, PermissionDenied, Unauthenticated } from "./errors.ts";
import { type FeedState, type FeedStatus, Listeners, type Store } from "./feed.ts";
import { animationFrames, type FrameScheduler } from "./frame-scheduler.ts";
import { DEFAULT_LINGER_MS, DEFAULT_STALE_MS, type HubOptions } from "./market-data-hub.ts";
import type { Account, AccountSnapshot, AccountUpdate, Balance } from "./models.ts";
import type { Fill, Order } from "./order-models.ts";
import { Staleness } from "./staleness.ts";
import { Stream, type StreamStatus } from "./stream.ts";
import { AccountState } from "./stream-account-states.ts";
import type { StreamCaller } from "./stream-caller.ts";
import type { AccountEvent } from "./stream-events.ts";
import { sleep } from "./waiting.ts";

export interface AccountView extends FeedState {
  readonly account?: Account | undefined;
  /** By asset name. */
  readonly balances: readonly Balance[];
  /** Oldest first. */
  readonly openOrders: readonly Order[];
  /** The recent ones, newest first. */
  readonly fills: readonly Fill[];
}

/** Something that happened to the account just now; what happened before the stream began is none. */
export type AccountHappening =
  | { readonly type: "order"; readonly order: Order }
  | { readonly type: "fill"; readonly fill: Fill };

/** Reads what the stream does not tell. */
export interface AccountReads {
  account(): Promise<Account>;
  /** Newest first. */
  fills(count: number): Promise<readonly Fill[]>;
}

export const NO_ACCOUNT: AccountView = { balances: [], openOrders: [], fills: [], status: "connecting" };

/** Fills that are kept; more are in `listFills`. */
export const MOST_FILLS = 200;
const RESTART_MS = 2_000;
const RETRY_MS = 3_000;
/** The history is written by a follower of the exchange, which may be a moment behind the stream. */
const HISTORY_LAG_MS = 2_000;

export class AccountHub implements Store<AccountView> {
  readonly #caller: StreamCaller;
  readonly #reads: AccountReads;
  readonly #scheduler: FrameScheduler;
  readonly #lingerMs: number;
  readonly #staleness: Staleness;
  readonly #listeners = new Listeners();
  readonly #happenings = new Set<(happening: AccountHappening) => void>();
  #view = NO_ACCOUNT;
  #account: Account | undefined;
  #balances = new Map<string, Balance>();
  #openOrders = new Map<bigint, Order>();
  #fills = new Map<string, Fill>();
  #changedParts = new Set<"account" | "balances" | "openOrders" | "fills">();
  #error: ExchangeError | undefined;
  #streamStatus: StreamStatus = "connecting";
  #isLive = false;
  #hasBegun = false;
  #reading: AbortController | undefined;
  #running: AbortController | undefined;
  #stopping: ReturnType<typeof setTimeout> | undefined;
  #cancelFrame: (() => void) | undefined;

  constructor(caller: StreamCaller, reads: AccountReads, options: HubOptions = {}) {
    this.#caller = caller;
    this.#reads = reads;
    this.#scheduler = options.scheduler ?? animationFrames;
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
    this.#staleness = new Staleness(options.staleMs ?? DEFAULT_STALE_MS, () => this.#changed());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    this.#start();
    return () => {
      remove();
      this.#stopLater();
    };
  };

  readonly getSnapshot = (): AccountView => this.#view;

  /** Call back for every order that changes and every fill, at once; return how to end that. */
  readonly onHappening = (listener: (happening: AccountHappening) => void): (() => void) => {
    const own = (happening: AccountHappening) => listener(happening);
    this.#happenings.add(own);
    this.#start();
    return () => {
      this.#happenings.delete(own);
      this.#stopLater();
    };
  };

  // ---------------------------------------------------------------- the stream

  #start(): void {
    clearTimeout(this.#stopping);
    if (this.#running !== undefined) return;
    const running = new AbortController();
    this.#running = running;
    this.#staleness.watch(running.signal);
    void this.#run(running.signal);
  }

  #stopLater(): void {
    if (this.#listeners.size > 0 || this.#happenings.size > 0) return;
    clearTimeout(this.#stopping);
    this.#stopping = setTimeout(() => {
      this.#running?.abort();
      this.#running = undefined;
      this.#cancelFrame?.();
      this.#cancelFrame = undefined;
      this.#isLive = false;
    }, this.#lingerMs);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#follow(signal);
      if (signal.aborted) return;
      this.#isLive = false;
      this.#error = error;
      this.#changed();
      if (this.#caller.closed.aborted || error instanceof Unauthenticated || error instanceof PermissionDenied) return;
      await sleep(RESTART_MS, signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<ExchangeError | undefined> {
    const state = new AccountState(this.#caller.settings, undefined);
    const stream = new Stream(this.#caller, state, {
      signal,
      onStatus: (status) => {
        this.#streamStatus = status;
        this.#changed();
      },
      onMessage: () => this.#message(state.isLive),
    });
    try {
      for await (const event of stream) this.#take(event, signal);
      return undefined;
    } catch (error) {
      return fromFailure(error);
    }
  }

  #message(isLive: boolean): void {
    this.#staleness.seen();
    this.#isLive = isLive;
    this.#error = undefined;
    this.#changed();
  }

  #take(event: AccountEvent, signal: AbortSignal): void {
    if (event.type === "snapshot") {
      this.#begin(event.snapshot);
      this.#readBeside(signal);
    }
    if (event.type === "update") this.#update(event.update);
  }

  #begin(snapshot: AccountSnapshot): void {
    this.#hasBegun = true;
    this.#balances = new Map(snapshot.balances.map((balance) => [balance.asset, balance]));
    this.#openOrders = new Map(snapshot.openOrders.map((order) => [order.orderId, order]));
    this.#mark("balances").add("openOrders");
  }

  #update({ orders, fills, balances }: AccountUpdate): void {
    for (const order of orders) {
      if (order.isOpen) this.#openOrders.set(order.orderId, order);
      else this.#openOrders.delete(order.orderId);
    }
    for (const balance of balances) this.#balances.set(balance.asset, balance);
    if (orders.length > 0) this.#mark("openOrders");
    if (balances.length > 0) this.#mark("balances");
    this.#putFills(fills);
    for (const order of orders) this.#tell({ type: "order", order });
    for (const fill of fills) this.#tell({ type: "fill", fill });
  }

  #tell(happening: AccountHappening): void {
    for (const listener of [...this.#happenings]) listener(happening);
  }

  // ---------------------------------------------------------------- what the stream does not tell

  #readBeside(signal: AbortSignal): void {
    this.#reading?.abort();
    this.#reading = new AbortController();
    const reading = AbortSignal.any([signal, this.#reading.signal]);
    void this.#readAccount(reading);
    void this.#readFills(reading, 0).then(() => this.#readFills(reading, HISTORY_LAG_MS));
  }

  async #readAccount(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#account = await this.#reads.account();
        this.#mark("account");
        this.#changed();
        return;
      } catch {
        // It is a name to show; the stream says what is wrong with a key.
        await sleep(RETRY_MS, signal);
      }
    }
  }

  async #readFills(signal: AbortSignal, afterMs: number): Promise<void> {
    await sleep(afterMs, signal);
    while (!signal.aborted) {
      try {
        this.#putFills(await this.#reads.fills(MOST_FILLS));
        this.#changed();
        return;
      } catch {
        // The history may be down, and the exchange trades all the same.
        await sleep(RETRY_MS, signal);
      }
    }
  }

  /** Put fills to those that are there; both may have some of the same. */
  #putFills(fills: readonly Fill[]): void {
    if (fills.length === 0) return;
    for (const fill of fills) this.#fills.set(`${fill.market} ${fill.tradeId} ${fill.orderId}`, fill);
    this.#mark("fills");
  }

  // ---------------------------------------------------------------- what readers read

  #mark(part: "account" | "balances" | "openOrders" | "fills"): Set<string> {
    return this.#changedParts.add(part);
  }

  #changed(): void {
    this.#cancelFrame ??= this.#scheduler.request(() => {
      this.#cancelFrame = undefined;
      this.#frame();
    });
  }

  #frame(): void {
    const [status, error, changed] = [this.#status(), this.#error, this.#changedParts];
    if (changed.size === 0 && status === this.#view.status && error === this.#view.error) return;
    this.#changedParts = new Set();
    const { balances, openOrders, fills } = this.#view;
    this.#view = {
      account: this.#account,
      balances: changed.has("balances") ? this.#sortedBalances() : balances,
      openOrders: changed.has("openOrders") ? [...this.#openOrders.values()].sort(byOrderId) : openOrders,
      fills: changed.has("fills") ? this.#newestFills() : fills,
      status,
      error,
    };
    this.#listeners.call();
  }

  #status(): FeedStatus {
    if (this.#streamStatus !== "live" || !this.#isLive) return this.#hasBegun ? "reconnecting" : "connecting";
    return this.#staleness.isStale ? "stale" : "live";
  }

  #sortedBalances(): Balance[] {
    return [...this.#balances.values()].sort((a, b) => (a.asset < b.asset ? -1 : 1));
  }

  #newestFills(): Fill[] {
    const fills = [...this.#fills.values()].sort(newestFirst).slice(0, MOST_FILLS);
    if (this.#fills.size > 2 * MOST_FILLS) {
      this.#fills = new Map(fills.map((fill) => [`${fill.market} ${fill.tradeId} ${fill.orderId}`, fill]));
    }
    return fills;
  }
}

function byOrderId(a: Order, b: Order): number {
  return a.orderId < b.orderId ? -1 : 1;
}

function newestFirst(a: Fill, b: Fill): number {
  if (a.sequence !== b.sequence) return a.sequence > b.sequence ? -1 : 1;
  return a.tradeId > b.tradeId ? -1 : 1;
}
