// Streams that stay: they reconnect, resume where they were, and say so.

import { fromFailure } from "./error-mapping.ts";
import { BookOutOfSync, ExchangeError, Unavailable } from "./errors.ts";
import type { LocalOrderBook } from "./local-order-book.ts";
import type { LocalOrderQueues } from "./local-order-queues.ts";
import type { Heartbeat } from "./models.ts";
import type { StreamCaller } from "./stream-caller.ts";
import type { OrderBookEvent, OrdersEvent } from "./stream-events.ts";
import type { BookState, QueueState } from "./stream-market-states.ts";
import type { Step, StreamMessage, StreamState } from "./stream-state.ts";
import { sleep } from "./waiting.ts";

export type StreamStatus = "connecting" | "live" | "reconnecting" | "closed";

export interface StreamOptions {
  /** Ends the stream when it is aborted; the iteration then ends, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Told at once what becomes of the connection; `cause`: why it broke. Notices among the events come later. */
  readonly onStatus?: ((status: StreamStatus, cause?: ExchangeError) => void) | undefined;
  /** Told of every message, heartbeats included, before its events are handed out. */
  readonly onMessage?: (() => void) | undefined;
}

/**
 * Events, without end: `for await (const event of stream)`. Notices of breaks (`reconnected`, `resynced`) stand among
 * them.
 *
 * Leaving the loop, `close()` and the signal end it. What cannot pass by itself (no such market, a revoked key) is
 * thrown, and so is a failure to connect at all within the client's timeout. It is read as fast as its reader takes
 * events: nothing piles up here, and the exchange says when that is too slow.
 */
export class Stream<Message extends StreamMessage, Event> implements AsyncIterable<Event>, AsyncDisposable {
  protected readonly caller: StreamCaller;
  protected readonly state: StreamState<Message, Event>;
  readonly #options: StreamOptions;
  readonly #stop = new AbortController();
  readonly #steps: Step<Event>[] = [];
  #connection: Connected<Message> | undefined;
  #position: bigint | undefined;
  #status: StreamStatus = "connecting";

  constructor(caller: StreamCaller, state: StreamState<Message, Event>, options: StreamOptions = {}) {
    this.caller = caller;
    this.state = state;
    this.#options = options;
    this.#position = state.position;
    for (const signal of [options.signal, caller.closed]) {
      if (signal?.aborted) this.close();
      else signal?.addEventListener("abort", () => this.close(), { once: true, signal: this.closed });
    }
  }

  /** What to resume after later: the sequence or trade id up to which events were handed out. */
  get position(): bigint | undefined {
    return this.#position;
  }

  /** The newest sign of life: up to its sequence, all that the stream tells has come. Undefined before the first. */
  get heartbeat(): Heartbeat | undefined {
    return this.state.heartbeat;
  }

  get status(): StreamStatus {
    return this.#status;
  }

  /** End the stream; a reader that waits gets the end of the iteration. */
  close(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.disconnect();
    this.#setStatus("closed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, void> {
    try {
      while (!this.#stop.signal.aborted) {
        const step = this.#steps.shift();
        if (step === undefined) {
          await this.#receive();
          continue;
        }
        if (step.position !== undefined) this.reached(step.event, step.position);
        yield step.event;
      }
    } finally {
      this.close();
    }
  }

  protected reached(_event: Event, position: bigint): void {
    this.#position = position;
  }

  /** Aborted when the stream has ended, for whatever reason. */
  get closed(): AbortSignal {
    return this.#stop.signal;
  }

  /** Learn what the first connection needs to know. */
  protected async prepare(state: StreamState<StreamMessage, unknown>): Promise<void> {
    for (let market = state.marketWanted; market !== undefined; market = state.marketWanted) {
      state.start(await this.caller.terms(market, this.closed));
    }
  }

  /** Do what a message asked for; return what is to be told besides. Throws ExchangeError when the stream is to begin anew. */
  protected async afterMessage(): Promise<Step<Event>[]> {
    return [];
  }

  /** Break the connection, if there is one; the reader connects again. */
  protected disconnect(cause?: ExchangeError): void {
    this.#connection?.end(cause);
  }

  /** Wait for one message, or for one break to be over. */
  async #receive(): Promise<void> {
    try {
      if (this.#connection === undefined) {
        await this.prepare(this.state as StreamState<StreamMessage, unknown>);
        this.#connection = new Connected(
          (signal) => this.state.open(this.caller.clients, signal),
          this.caller.settings.livenessMs,
        );
        // It may have been closed while the terms were on their way.
        if (this.closed.aborted) this.disconnect();
      }
      this.#steps.push(...this.state.receive(await this.#connection.message()));
      this.#setStatus("live");
      this.#options.onMessage?.();
      this.#steps.push(...(await this.afterMessage()));
    } catch (error) {
      this.disconnect();
      this.#connection = undefined;
      if (this.closed.aborted) return;
      // Anything else is a mistake of ours, and nothing that passes.
      if (!(error instanceof ExchangeError)) throw error;
      await this.#interrupted(error);
    }
  }

  async #interrupted(error: ExchangeError): Promise<void> {
    const delayMs = this.state.interrupted(error);
    this.#setStatus(this.state.wasOpen ? "reconnecting" : "connecting", error);
    await sleep(delayMs, this.closed);
  }

  #setStatus(status: StreamStatus, cause?: ExchangeError): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#options.onStatus?.(status, cause);
  }
}

/** One connection of a stream, which counts as dead when its reader has waited for a message for too long. */
class Connected<Message> {
  readonly #abort = new AbortController();
  readonly #messages: AsyncIterator<Message>;
  readonly #livenessMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitingSince: number | undefined;

  constructor(open: (signal: AbortSignal) => AsyncIterable<Message>, livenessMs: number) {
    this.#livenessMs = livenessMs;
    this.#messages = open(this.#abort.signal)[Symbol.asyncIterator]();
    this.#watch(livenessMs);
  }

  /** Wait for the next message. Throws ExchangeError. */
  async message(): Promise<Message> {
    this.#waitingSince = Date.now();
    try {
      const result = await this.#messages.next();
      if (result.done) throw new Unavailable("the exchange ended the stream");
      return result.value;
    } catch (error) {
      throw fromFailure(this.#abort.signal.aborted ? this.#abort.signal.reason : error);
    } finally {
      this.#waitingSince = undefined;
    }
  }

  end(cause: ExchangeError = new Unavailable("the stream was closed")): void {
    clearTimeout(this.#timer);
    this.#abort.abort(cause);
  }

  // One timer that looks again, not one a message. By the wall clock, which goes on while a laptop sleeps.
  #watch(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const waited = this.#waitingSince === undefined ? 0 : Date.now() - this.#waitingSince;
      if (waited < this.#livenessMs) this.#watch(this.#livenessMs - waited);
      else this.end(new Unavailable(`nothing came for ${this.#livenessMs / 1000} seconds`));
    }, delayMs);
  }
}

/**
 * A market's book: snapshots and deltas, each applied to `book` and verified before it is handed out.
 *
 * After a gap, a wrong checksum or a lost connection comes `resynced`, then a snapshot.
 */
export class OrderBookStream extends Stream<StreamMessage, OrderBookEvent> {
  readonly #state: BookState;

  constructor(caller: StreamCaller, state: BookState, options?: StreamOptions) {
    super(caller, state as StreamState<StreamMessage, OrderBookEvent>, options);
    this.#state = state;
  }

  /** The book after the newest message received. Throws BookOutOfSync before the first. */
  get book(): LocalOrderBook {
    if (this.#state.book === undefined) throw new BookOutOfSync("the stream has not been opened");
    return this.#state.book;
  }
}

/**
 * A market's book order by order: snapshots and deltas, each applied to `queues` and verified before it is handed out.
 *
 * After a gap, a wrong checksum or a lost connection comes `resynced`, then a snapshot.
 */
export class OrdersStream extends Stream<StreamMessage, OrdersEvent> {
  readonly #state: QueueState;

  constructor(caller: StreamCaller, state: QueueState, options?: StreamOptions) {
    super(caller, state as StreamState<StreamMessage, OrdersEvent>, options);
    this.#state = state;
  }

  /** The queues after the newest message received. Throws BookOutOfSync before the first. */
  get queues(): LocalOrderQueues {
    if (this.#state.queues === undefined) throw new BookOutOfSync("the stream has not been opened");
    return this.#state.queues;
  }
}
