// What a stream remembers between messages and connections, without any I/O.
//
// The streams themselves are in `stream-market-states.ts`, `stream-account-states.ts` and `subscription-state.ts`.

import {
  BookOutOfSync,
  DeadlineExceeded,
  type ExchangeError,
  Gap,
  OutOfRange,
  RateLimited,
  StreamTooSlow,
  Unavailable,
  UnexpectedAnswer,
} from "./errors.ts";
import type { BookTerms } from "./local-order-book.ts";
import type { Heartbeat } from "./models.ts";
import * as parse from "./parse.ts";
import type { Heartbeat as HeartbeatMessage } from "./proto.ts";
import type { StatusCode } from "./status-codes.ts";
import type { StreamClients, StreamSettings } from "./stream-caller.ts";
import type { Notice } from "./stream-events.ts";

/** An event of a message, and the position that a reader has reached after it. */
export interface Step<Event> {
  readonly event: Event;
  readonly position?: bigint | undefined;
}

/** What all messages of streams have in common. */
export interface StreamMessage {
  readonly event: { readonly case: string | undefined; readonly value?: unknown };
}

function heartbeatIn({ event }: StreamMessage): Heartbeat | undefined {
  return event.case === "heartbeat" ? parse.heartbeat(event.value as HeartbeatMessage) : undefined;
}

/**
 * Where a stream is, how it goes on after a break, and what it tells its reader about that.
 *
 * `position` is what the next connection resumes after; undefined when it cannot.
 */
export abstract class StreamState<Message extends StreamMessage, Event> {
  position: bigint | undefined;
  /** Whether a message has ever come. */
  wasOpen = false;
  heartbeat: Heartbeat | undefined;
  protected readonly settings: StreamSettings;
  #giveUpAt: number | undefined;
  #cause: ExchangeError | undefined;
  #attempts = 0;
  #isLossy = false;

  constructor(settings: StreamSettings, position: bigint | undefined) {
    this.settings = settings;
    this.position = position;
  }

  /** Whether a message has come since the last break. */
  get isLive(): boolean {
    return this.wasOpen && this.#cause === undefined;
  }

  /** The market whose terms `start` must be told before the first connection; undefined for none. */
  get marketWanted(): string | undefined {
    return undefined;
  }

  /** Take the terms of the market. */
  start(_market: BookTerms): void {}

  /** Ask the exchange for the stream, from the present position. */
  abstract open(clients: StreamClients, signal: AbortSignal): AsyncIterable<Message>;

  /** Take a message; return its events. Throws Gap and its like. */
  protected abstract read(message: Message): Step<Event>[];

  /** Take a message; return its events, after a notice if the stream had broken. Throws Gap and its like. */
  receive(message: Message): Step<Event>[] {
    const steps = this.read(message);
    this.heartbeat = heartbeatIn(message) ?? this.heartbeat;
    const notice = this.resumed();
    // Which of both notices a stream can give is part of its events' type.
    return notice === undefined ? steps : [{ event: notice as Event }, ...steps];
  }

  /** Take note that the stream is open; return what to say of a break before it. */
  protected resumed(): Notice | undefined {
    this.wasOpen = true;
    let notice: Notice | undefined;
    if (this.#cause !== undefined) {
      notice = { type: this.#isLossy ? "resynced" : "reconnected", cause: this.#cause, attempts: this.#attempts };
    }
    this.#cause = undefined;
    this.#attempts = 0;
    this.#isLossy = false;
    return notice;
  }

  /**
   * Return how many milliseconds to wait before connecting again; throw what the reader must know.
   *
   * A stream that never came to be gives up after the client's timeout: nothing is lost, and the caller sees why.
   */
  interrupted(error: ExchangeError): number {
    if (!mayPass(error) || this.#isHopeless(error)) throw error;
    const { maxAttempts, delayMs } = this.settings;
    this.#attempts += 1;
    if (maxAttempts !== undefined && this.#attempts >= maxAttempts) throw error;
    if (!this.wasOpen) return delayMs(this.#attempts);
    this.#cause ??= error;
    if (error instanceof OutOfRange) this.position = undefined;
    this.#isLossy ||= this.position === undefined;
    return this.#attempts === 1 ? 0 : delayMs(this.#attempts - 1);
  }

  #isHopeless(error: ExchangeError): boolean {
    if (this.wasOpen) return false;
    const now = Date.now();
    this.#giveUpAt ??= now + this.settings.timeoutMs;
    return error instanceof OutOfRange || now >= this.#giveUpAt;
  }
}

// What a proxy or a dying connection makes of a stream, beside Unavailable.
const BROKEN: ReadonlySet<StatusCode> = new Set(["CANCELLED", "INTERNAL", "UNKNOWN"]);

/** Whether a stream that broke like this is worth opening again. */
export function mayPass(error: ExchangeError): boolean {
  if (error instanceof UnexpectedAnswer) return BROKEN.has(error.code);
  const passing = [Unavailable, DeadlineExceeded, RateLimited, StreamTooSlow, OutOfRange, BookOutOfSync];
  return passing.some((kind) => error instanceof kind);
}

/** The links of a stream without gaps: each message names the one before it in `prevSequence`. */
export class Chain {
  readonly #what: string;
  #last: bigint | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  /** Expect the message after `last`; undefined: nothing follows before a snapshot has begun the chain. */
  begin(last: bigint | undefined): void {
    this.#last = last;
  }

  /** Throw Gap unless a message follows the last link. */
  check(prevSequence: bigint): void {
    if (prevSequence !== this.#last) {
      throw new Gap(`${this.#what}: the message after ${prevSequence} does not follow ${this.#last}`);
    }
  }

  /** Add a message. Throws Gap when it does not follow, or goes back. */
  link(prevSequence: bigint, sequence: bigint): void {
    this.check(prevSequence);
    if (sequence < prevSequence) {
      throw new Gap(`${this.#what}: the message goes back from ${prevSequence} to ${sequence}`);
    }
    this.#last = sequence;
  }
}

/** Whether a connection has begun with its snapshot, which comes once. */
export class Begin {
  readonly #what: string;
  #begun = false;

  constructor(what: string) {
    this.#what = what;
  }

  reset(): void {
    this.#begun = false;
  }

  /** Take note of a snapshot. Throws Gap for a second one: it is an old message that came again. */
  snapshot(): void {
    if (this.#begun) throw new Gap(`${this.#what}: a second snapshot on one stream`);
    this.#begun = true;
  }
}
