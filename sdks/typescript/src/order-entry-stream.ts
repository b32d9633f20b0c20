// The stream under order entry: sends, receives, connects again, and looks up what was not answered.

import { createClient } from "@connectrpc/connect";
import { type CallOptions, type Connection, pause } from "./connection.ts";
import { fromFailure } from "./error-mapping.ts";
import { DeadlineExceeded, ExchangeError, NotFound, Unavailable } from "./errors.ts";
import type { OrderResult } from "./order-models.ts";
import { getOrder, mayTrade } from "./order-operations.ts";
import { found, lookup, notFound } from "./order-outcomes.ts";
import { type EntryRequest, type Pending, Pipeline } from "./order-pipeline.ts";
import type { Single } from "./order-requests.ts";
import { type OrderEntryRequest, OrderService } from "./proto.ts";
import { retryDelayMs } from "./retry.ts";
import type { Reconnected } from "./stream-events.ts";
import { mayPass } from "./stream-state.ts";

/** Requests of one session that may be under way; a batch is one. */
export const DEFAULT_IN_FLIGHT = 1_000;

/** How a session of order entry is held. */
export interface OrderEntryOptions {
  /** Requests that may be under way; a batch is one. A call beyond that waits. 1,000 by default. */
  readonly maxInFlight?: number | undefined;
  /** Told when the connection broke and the session goes on. */
  readonly onReconnect?: ((notice: Reconnected) => void) | undefined;
  /**
   * When the session ends or its connection breaks, the exchange cancels what is open of the orders that were placed over
   * that connection, and of no others.
   */
  readonly cancelOnDisconnect?: boolean | undefined;
}

/** Requests under way on a stream that is opened again when it breaks. Nothing is sent twice. */
export class OrderEntryStream {
  readonly #connection: Connection;
  readonly #options: OrderEntryOptions;
  readonly #pipeline: Pipeline;
  readonly #slots: Slots;
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #lost: Pending[] = [];
  readonly #lookups = new Set<Promise<void>>();
  #added: () => void = () => undefined;
  #opened: () => void = () => undefined;
  #ended: ExchangeError | undefined;
  #running: Promise<void> = Promise.resolve();
  #attempts = 0;
  #reconnects = 0;

  protected constructor(connection: Connection, options: OrderEntryOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#slots = new Slots(options.maxInFlight ?? DEFAULT_IN_FLIGHT);
    this.#pipeline = new Pipeline(() => this.#slots.release(), options.cancelOnDisconnect ?? false);
    this.#signal = AbortSignal.any([this.#stopping.signal, connection.closed]);
  }

  /** How often the connection broke and the session went on. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Connect. Throws the exchange's refusal, Unavailable after the client's timeout, or the reason of an aborted signal. */
  protected async start(signal?: AbortSignal): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#opened = resolve;
    });
    this.#running = this.#run();
    const { timeoutMs, baseUrl } = this.#connection;
    const late = () => new Unavailable(`no connection to ${baseUrl} within ${timeoutMs} ms`);
    try {
      await within(Promise.race([ready, this.#running]), timeoutMs, late, signal);
    } catch (failure) {
      await this.#stop(failure instanceof ExchangeError ? failure : undefined);
      throw failure;
    }
    if (this.#ended) throw this.#ended;
  }

  /** Wait for the answers that are under way, at most for the client's timeout, and end the session. */
  async close(): Promise<void> {
    const idle = Promise.race([this.#slots.idle(), this.#running]);
    const late = () => new Unavailable("answers are missing");
    // Who waits for the answers that are missing is told by #stop.
    await within(idle, this.#connection.timeoutMs, late).catch(() => undefined);
    await this.#stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // ---------------------------------------------------------------- requests

  protected async ask<Result>(request: EntryRequest, options: CallOptions = {}): Promise<Result> {
    const { signal, timeoutMs = this.#connection.timeoutMs } = options;
    const deadline = performance.now() + timeoutMs;
    const notSent = () => new DeadlineExceeded(`not sent within ${timeoutMs} ms`);
    const pending = await this.submit(request, (slot) => within(slot, timeoutMs, notSent, signal));
    // The request stays under way when its caller goes: answers are matched by their order.
    const notAnswered = () => pending.lost(`not answered within ${timeoutMs} ms`);
    const remainingMs = Math.max(deadline - performance.now(), 0);
    return (await within(pending.answered, remainingMs, notAnswered, signal)) as Result;
  }

  /** Hand in a request once a slot is free; `limit` may give up the waiting for it. */
  protected async submit(
    request: EntryRequest,
    limit: (slot: Promise<void>) => Promise<void> = (slot) => slot,
  ): Promise<Pending> {
    if (this.#ended) throw this.#ended;
    if (!this.#slots.tryTake()) {
      const waiting = this.#slots.take();
      await limit(waiting.taken).catch((failure) => {
        waiting.giveUp();
        throw failure;
      });
      if (this.#ended) {
        this.#slots.release();
        throw this.#ended;
      }
    }
    const pending = this.#pipeline.add(request);
    this.#added();
    return pending;
  }

  // ---------------------------------------------------------------- the session

  async #stop(why: ExchangeError = new Unavailable("the session was closed")): Promise<void> {
    this.#ended ??= why;
    this.#stopping.abort(why);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#talk();
    } catch (failure) {
      // Answers come in order: what was not answered before a refusal was not executed.
      const isRefusal = failure instanceof ExchangeError && !this.#signal.aborted;
      if (isRefusal) {
        this.#ended ??= failure;
        this.#pipeline.fail(this.#ended);
      }
    } finally {
      await Promise.all(this.#lookups);
      // Whatever ended it, nobody is left waiting.
      const why = "the session has ended";
      this.#ended ??= new Unavailable(why);
      this.#pipeline.abandon(why);
      for (const pending of this.#lost.splice(0)) {
        pending.fail(pending.lost(why));
        this.#pipeline.release();
      }
    }
  }

  /** Connect, converse, and again, until the session is closed or refused. */
  async #talk(): Promise<never> {
    for (let cause: ExchangeError | undefined; ; ) {
      await this.#connect();
      this.#opened();
      if (cause) {
        this.#reconnects += 1;
        this.#options.onReconnect?.({ type: "reconnected", cause, attempts: this.#attempts });
        for (const pending of this.#lost.splice(0)) this.#find(pending);
      }
      cause = await this.#converse();
      if (mayPass(cause)) this.#lost.push(...this.#pipeline.broke(cause));
      await this.#pause(cause);
    }
  }

  /** Return when the exchange is there and lets this key trade. Throws its refusal. */
  async #connect(): Promise<void> {
    for (;;) {
      try {
        await this.#connection.call(mayTrade(), { signal: this.#signal });
        return;
      } catch (failure) {
        if (failure instanceof NotFound) return;
        if (!(failure instanceof ExchangeError)) throw failure;
        await this.#pause(failure);
      }
    }
  }

  /** Wait before the next attempt. Throws what cannot pass. */
  async #pause(error: ExchangeError): Promise<void> {
    if (!mayPass(error)) throw error;
    this.#attempts += 1;
    await pause(retryDelayMs(this.#connection.retry, this.#attempts), this.#signal);
  }

  /** Send and receive until the stream breaks; return how it broke. */
  async #converse(): Promise<ExchangeError> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#signal]);
    try {
      const client = createClient(OrderService, this.#connection.transport);
      for await (const response of client.orderEntry(this.#requests(signal), { signal })) {
        this.#pipeline.answer(response);
        this.#attempts = 0;
      }
      return new Unavailable("the exchange ended the stream");
    } catch (failure) {
      this.#signal.throwIfAborted();
      return fromFailure(failure);
    } finally {
      over.abort();
    }
  }

  async *#requests(signal: AbortSignal): AsyncGenerator<OrderEntryRequest, void, undefined> {
    while (!signal.aborted) {
      const request = this.#pipeline.take();
      if (request) yield request;
      else {
        await new Promise<void>((resolve) => {
          const done = () => {
            signal.removeEventListener("abort", done);
            resolve();
          };
          this.#added = done;
          signal.addEventListener("abort", done, { once: true });
        });
      }
    }
  }

  /** Ask what came of a request that was sent and never answered. */
  #find(pending: Pending): void {
    const found = Promise.all(pending.singles().map((single) => this.#found(single)))
      .then((results) => pending.finish(results))
      .catch(() => pending.fail(pending.lost("the session was closed before its outcome was known")))
      .finally(() => {
        this.#lookups.delete(found);
        this.#pipeline.release();
      });
    this.#lookups.add(found);
  }

  async #found(single: Single | undefined): Promise<OrderResult> {
    const name = lookup(single);
    if (single === undefined || name === undefined) {
      return notFound(single, "the connection broke before the answer");
    }
    try {
      return found(single, await this.#connection.call(getOrder(name), { signal: this.#signal }));
    } catch (failure) {
      if (!(failure instanceof ExchangeError)) throw failure;
      const why = failure instanceof NotFound ? ", and the exchange does not have the order" : ` (${failure})`;
      return notFound(single, `the connection broke before the answer${why}`);
    }
  }
}

/** How many requests may be under way, and who waits for one of them to end. */
class Slots {
  #free: number;
  readonly #size: number;
  readonly #waiting = new Set<() => void>();
  #whenIdle: (() => void)[] = [];

  constructor(size: number) {
    if (!(Number.isInteger(size) && size > 0)) throw new RangeError(`maxInFlight: ${size} is no positive number`);
    this.#free = size;
    this.#size = size;
  }

  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Wait in line for a slot; `giveUp` leaves the line, or gives the slot back. */
  take(): { taken: Promise<void>; giveUp: () => void } {
    let leave: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      leave = () => {
        if (!this.#waiting.delete(resolve)) this.release();
      };
    });
    return { taken, giveUp: leave };
  }

  release(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#free += 1;
    if (this.#free === this.#size) for (const tell of this.#whenIdle.splice(0)) tell();
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.#free === this.#size) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }
}

/** Wait for a promise, but no longer than so long, nor beyond an abort of the signal, whose reason is thrown. */
async function within<Result>(
  promise: Promise<Result>,
  timeoutMs: number,
  late: () => ExchangeError,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  let giveUp: () => void = () => undefined;
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(late()), timeoutMs);
    const aborted = () => reject(signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });
    giveUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    };
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    giveUp();
  }
}
