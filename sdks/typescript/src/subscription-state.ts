// Many channels on one stream, without any I/O: each keeps the state that a stream of its own would have.
//
// A channel that is out of step is closed and opened anew under another number, so that what is still on its way of the
// old one is known and dropped; the others do not notice. A break of the stream is one of each of its channels.

import type { MessageInitShape } from "@bufbuild/protobuf";

import { closedError } from "./closed-channel.ts";
import { BookOutOfSync, ExchangeError, OutOfRange, UnexpectedAnswer } from "./errors.ts";
import type { BookTerms } from "./local-order-book.ts";
import type * as pb from "./proto.ts";
import { AccountState, FillState } from "./stream-account-states.ts";
import type { StreamClients, StreamSettings } from "./stream-caller.ts";
import { type Channel, type ChannelEvent, channelKey } from "./stream-events.ts";
import {
  BboState,
  BookState,
  CandleState,
  type ChannelState,
  QueueState,
  TickerState,
  TradeState,
} from "./stream-market-states.ts";
import { type Step, type StreamMessage, StreamState } from "./stream-state.ts";

/** Any channel's state; what kind of messages it takes is known by its channel's kind. */
export type AnyState = ChannelState<StreamMessage, unknown>;

export type SubscriptionUpdate = MessageInitShape<typeof pb.UpdateSubscriptionRequestSchema>;

function stateOf(channel: Channel, settings: StreamSettings): AnyState {
  switch (channel.kind) {
    case "orderBook":
      return new BookState(settings, channel) as AnyState;
    case "orders":
      return new QueueState(settings, channel) as AnyState;
    case "bbo":
      return new BboState(settings, channel) as AnyState;
    case "ticker":
      return new TickerState(settings, channel) as AnyState;
    case "trades":
      return new TradeState(settings, channel) as AnyState;
    case "candles":
      return new CandleState(settings, channel) as AnyState;
    case "account":
      return new AccountState(settings, channel.afterSequence) as AnyState;
    case "fills":
      return new FillState(settings, channel.afterSequence) as AnyState;
  }
}

/** A channel, its number on the present stream, and where it is. */
export interface Followed {
  readonly channel: Channel;
  readonly key: string;
  readonly state: AnyState;
  channelId: number;
}

/** A channel to open again, not before a time, and the number under which it is still open, or 0. */
interface Reopening {
  readonly followed: Followed;
  readonly channelId: number;
  readonly notBefore: number;
}

/** The channels that are followed, and what is to be told the exchange about them. */
export class SubscriptionState extends StreamState<pb.SubscribeResponse, ChannelEvent> {
  /** By `channelKey`. */
  readonly followed = new Map<string, Followed>();
  /** Names the present stream; empty until it has said so. */
  streamId = "";
  #nextId = 1;
  readonly #byId = new Map<number, Followed>();
  #reopen: Reopening[] = [];
  #closed: ChannelEvent[] = [];

  constructor(settings: StreamSettings, channels: Iterable<Channel>) {
    super(settings, undefined);
    for (const each of this.prepared(channels)) this.followed.set(each.key, each);
  }

  /** Return new channels with their states, not followed yet. Throws RangeError for one that is followed. */
  prepared(channels: Iterable<Channel>): Followed[] {
    const made = new Map<string, Followed>();
    for (const channel of channels) {
      const key = channelKey(channel);
      if (this.followed.has(key) || made.has(key)) throw new RangeError(`channels: ${key} is followed already`);
      made.set(key, { channel, key, state: stateOf(channel, this.settings), channelId: 0 });
    }
    return [...made.values()];
  }

  /** Return a followed channel. Throws RangeError for one that is not. */
  find(channel: Channel): Followed {
    const followed = this.followed.get(channelKey(channel));
    if (followed === undefined) throw new RangeError(`channels: ${channelKey(channel)} is not followed`);
    return followed;
  }

  override get marketWanted(): string | undefined {
    for (const { state } of this.followed.values()) {
      if (state.marketWanted !== undefined) return state.marketWanted;
    }
    return undefined;
  }

  override start(market: BookTerms): void {
    for (const { state } of this.followed.values()) {
      if (state.marketWanted === market.name) state.start(market);
    }
  }

  /** Ask for all channels, each from where it is. */
  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.SubscribeResponse> {
    this.#byId.clear();
    this.#reopen = [];
    this.streamId = "";
    const channels = [...this.followed.values()].map((each) => this.#numbered(each));
    return clients.marketData.subscribe({ channels }, { signal });
  }

  #numbered(followed: Followed) {
    followed.channelId = this.#nextId++;
    this.#byId.set(followed.channelId, followed);
    return { channelId: followed.channelId, source: followed.state.source() };
  }

  // ---------------------------------------------------------------- changes by the reader

  /** Follow more; return what is to be told the exchange, undefined when the next connection will. */
  add(added: readonly Followed[]): SubscriptionUpdate | undefined {
    for (const each of added) this.followed.set(each.key, each);
    if (!this.streamId || added.length === 0) return undefined;
    return this.#update(added, []);
  }

  /** Follow less; what comes of them from now on is dropped. Throws RangeError for one that is not followed. */
  remove(channels: Iterable<Channel>): SubscriptionUpdate | undefined {
    const gone = [...channels].map((channel) => this.find(channel));
    const numbers = gone.map((each) => each.channelId).filter((number) => this.#byId.has(number));
    for (const each of gone) this.#forget(each);
    return this.streamId && numbers.length > 0 ? this.#update([], numbers) : undefined;
  }

  /** Forget channels that the exchange refused to add. */
  takeBack(added: readonly Followed[]): void {
    for (const each of added) this.#forget(each);
  }

  #forget(followed: Followed): void {
    if (this.followed.get(followed.key) === followed) this.followed.delete(followed.key);
    this.#byId.delete(followed.channelId);
  }

  #update(add: readonly Followed[], remove: number[]): SubscriptionUpdate {
    return { streamId: this.streamId, add: add.map((each) => this.#numbered(each)), remove };
  }

  // ---------------------------------------------------------------- channels that broke

  /**
   * Return a channel whose time it is to begin again, and what to tell the exchange; then `reopened`.
   *
   * It is the same one until `reopened` or `notReopened` is called for it.
   */
  reopening(): { followed: Followed; update: SubscriptionUpdate } | undefined {
    const now = Date.now();
    for (const each of [...this.#reopen]) {
      const { followed, channelId, notBefore } = each;
      const isWanted = this.followed.get(followed.key) === followed;
      if (!isWanted && channelId === 0) this.reopened(followed);
      else if (notBefore <= now) {
        return { followed, update: this.#update(isWanted ? [followed] : [], channelId ? [channelId] : []) };
      }
    }
    return undefined;
  }

  /** Take note that the exchange has done it. */
  reopened(followed: Followed): void {
    this.#reopen = this.#reopen.filter((each) => each.followed !== followed);
  }

  /** Take a refusal to open a channel again: another attempt later, or its end. */
  notReopened(followed: Followed, error: ExchangeError): void {
    this.reopened(followed);
    this.#broken(followed, error, false);
  }

  #broken(followed: Followed, error: ExchangeError, isStillOpen: boolean): void {
    const channelId = isStillOpen ? followed.channelId : 0;
    this.#byId.delete(followed.channelId);
    const delayMs = this.#interrupt(followed, error);
    if (delayMs !== undefined) this.#reopen.push({ followed, channelId, notBefore: Date.now() + delayMs });
  }

  /** Tell a channel of a break; return how long to wait, or undefined when that was its end. */
  #interrupt(followed: Followed, error: ExchangeError): number | undefined {
    try {
      return followed.state.interrupted(error);
    } catch (final) {
      if (!(final instanceof ExchangeError)) throw final;
      this.#forget(followed);
      this.#closed.push({ channel: followed.channel, event: { type: "closed", cause: final } } as ChannelEvent);
      return undefined;
    }
  }

  // ---------------------------------------------------------------- messages

  /** Take a break of the whole stream, which is one of every channel. */
  override interrupted(error: ExchangeError): number {
    const at = /^(?:channels|add)\[(\d+)\]/.exec(error.field);
    const refused = at === null ? undefined : [...this.followed.values()][Number(at[1])];
    if (refused !== undefined && error instanceof OutOfRange && refused.state.wasOpen) {
      // One channel cannot resume; it starts anew with the next connection, and the others resume.
      refused.state.interrupted(error);
      return 0;
    }
    let delayMs = super.interrupted(error);
    for (const each of [...this.followed.values()]) delayMs = Math.max(delayMs, this.#interrupt(each, error) ?? 0);
    return delayMs;
  }

  /** Take note that the stream is open. Each channel gives its own notice of a break, the stream none. */
  protected override resumed(): undefined {
    super.resumed();
    return undefined;
  }

  protected override read(message: pb.SubscribeResponse): Step<ChannelEvent>[] {
    return [...this.#readEvent(message), ...this.takeClosed()];
  }

  /** Return the last events of channels that ended, once. */
  takeClosed(): Step<ChannelEvent>[] {
    const closed = this.#closed.map((event) => ({ event }));
    this.#closed = [];
    return closed;
  }

  #readEvent({ event, channelId }: pb.SubscribeResponse): Step<ChannelEvent>[] {
    if (event.case === "opened") {
      this.#opened(event.value.streamId);
      return [];
    }
    // Without its id the stream could not be changed, and a channel that breaks not begin again.
    if (!this.streamId) throw new UnexpectedAnswer("the stream did not begin with its id");
    const followed = this.#byId.get(channelId);
    if (event.case === undefined || event.case === "heartbeat" || followed === undefined) return [];
    if (event.case === "closed") {
      this.#broken(followed, closedError(event.value), false);
      return [];
    }
    if (event.case !== followed.channel.kind) {
      throw new UnexpectedAnswer(`a message of ${event.case} on the channel ${followed.key}`);
    }
    try {
      const steps = followed.state.receive(event.value as StreamMessage);
      return steps.map((step) => ({
        event: { channel: followed.channel, event: step.event } as ChannelEvent,
        position: step.position,
      }));
    } catch (error) {
      if (!(error instanceof BookOutOfSync)) throw error;
      this.#broken(followed, error, true);
      return [];
    }
  }

  #opened(streamId: string): void {
    this.streamId = streamId;
    // What was added while the stream was being opened is not in its request.
    for (const added of this.followed.values()) {
      if (!this.#byId.has(added.channelId)) this.#reopen.push({ followed: added, channelId: 0, notBefore: 0 });
    }
  }
}
