// Many channels on one stream: add and take away while it runs; each resumes by itself and says so.

import { fromFailure } from "./error-mapping.ts";
import { BookOutOfSync, DeadlineExceeded, type ExchangeError, NotFound, RateLimited, Unavailable } from "./errors.ts";
import type { LocalOrderBook } from "./local-order-book.ts";
import type { LocalOrderQueues } from "./local-order-queues.ts";
import type * as pb from "./proto.ts";
import { Stream, type StreamOptions } from "./stream.ts";
import type { StreamCaller } from "./stream-caller.ts";
import {
  type Channel,
  type ChannelEvent,
  channelKey,
  type OrderBookChannel,
  type OrdersChannel,
} from "./stream-events.ts";
import { BookState, QueueState } from "./stream-market-states.ts";
import type { Step } from "./stream-state.ts";
import { type Followed, SubscriptionState, type SubscriptionUpdate } from "./subscription-state.ts";

/**
 * Events of many channels, without end: `for await (const { channel, event } of subscription)`.
 *
 * Everything else is as with a stream of its own (see `Stream`), by channel: `reconnected` and `resynced` stand among
 * its events, and `closed` is the last of one that cannot go on.
 */
export class Subscription extends Stream<pb.SubscribeResponse, ChannelEvent> {
  readonly #subscription: SubscriptionState;
  readonly #positions = new Map<string, bigint>();

  constructor(caller: StreamCaller, channels: Iterable<Channel>, options?: StreamOptions) {
    const state = new SubscriptionState(caller.settings, channels);
    super(caller, state, options);
    this.#subscription = state;
  }

  /** What is followed now. */
  get channels(): Channel[] {
    return [...this.#subscription.followed.values()].map((each) => each.channel);
  }

  /** Whether a message of the channel has come since it was opened, or last broke. */
  isLive(channel: Channel): boolean {
    return this.#subscription.followed.get(channelKey(channel))?.state.isLive ?? false;
  }

  /**
   * Return the book of a channel after the newest message received.
   *
   * Throws RangeError for a channel that is not followed, BookOutOfSync before its stream was first opened.
   */
  book(channel: OrderBookChannel): LocalOrderBook {
    const { state } = this.#subscription.find(channel);
    if (!(state instanceof BookState) || state.book === undefined) {
      throw new BookOutOfSync("the subscription has not been opened");
    }
    return state.book;
  }

  /** Return the queues of a channel after the newest message received; throws as `book` does. */
  queues(channel: OrdersChannel): LocalOrderQueues {
    const { state } = this.#subscription.find(channel);
    if (!(state instanceof QueueState) || state.queues === undefined) {
      throw new BookOutOfSync("the subscription has not been opened");
    }
    return state.queues;
  }

  /**
   * Return what to resume a channel after later: the sequence or trade id up to which its events were handed out.
   *
   * Undefined for channels that do not resume, and before the first.
   */
  positionOf(channel: Channel): bigint | undefined {
    return this.#positions.get(channelKey(channel));
  }

  protected override reached({ channel }: ChannelEvent, position: bigint): void {
    this.#positions.set(channelKey(channel), position);
  }

  /**
   * Follow more channels: all of them, or none and an error (NotFound, InvalidRequest, OutOfRange, …).
   *
   * What cannot be told the exchange because the connection broke is part of the next one.
   */
  async add(...channels: Channel[]): Promise<void> {
    const added = this.#subscription.prepared(channels);
    for (const each of added) await this.prepare(each.state);
    await this.#tell(this.#subscription.add(added), added);
  }

  /** Follow no longer; nothing more comes of them. Throws RangeError for what is not followed. */
  async remove(...channels: Channel[]): Promise<void> {
    await this.#tell(this.#subscription.remove(channels), []);
  }

  async #tell(update: SubscriptionUpdate | undefined, added: readonly Followed[]): Promise<void> {
    if (update === undefined) return;
    const { streamId } = this.#subscription;
    try {
      await this.#send(update);
    } catch (error) {
      const failure = fromFailure(error);
      if (!isOfTheStream(failure)) {
        this.#subscription.takeBack(added);
        throw failure;
      }
      if (this.#subscription.streamId === streamId) this.disconnect(failure);
    }
  }

  protected override async afterMessage(): Promise<Step<ChannelEvent>[]> {
    for (let next = this.#subscription.reopening(); next !== undefined; next = this.#subscription.reopening()) {
      try {
        await this.#send(next.update);
        this.#subscription.reopened(next.followed);
      } catch (error) {
        const failure = fromFailure(error);
        if (isOfTheStream(failure)) throw new Unavailable("the subscription is gone and begins anew");
        this.#subscription.notReopened(next.followed, failure);
      }
    }
    return this.#subscription.takeClosed();
  }

  async #send(update: SubscriptionUpdate): Promise<void> {
    const { clients, settings } = this.caller;
    // Not repeated: a second one would find its channels there, and be refused.
    await clients.marketData.updateSubscription(update, { signal: this.closed, timeoutMs: settings.timeoutMs });
  }
}

/** Whether an update failed for the stream's sake, not for that of a channel in it: a new stream helps. */
function isOfTheStream(error: ExchangeError): boolean {
  if (error instanceof NotFound) return error.reasonName === "STREAM_NOT_FOUND";
  return [Unavailable, DeadlineExceeded, RateLimited].some((kind) => error instanceof kind);
}
