// The streams of an account: how they are asked for, verified and resumed.

import * as parse from "./parse.ts";
import { fillBatch } from "./parse-orders.ts";
import type * as pb from "./proto.ts";
import type { StreamClients, StreamSettings } from "./stream-caller.ts";
import type { AccountEvent, FillEvent } from "./stream-events.ts";
import { type ChannelSource, ChannelState } from "./stream-market-states.ts";
import { Begin, Chain, type Step } from "./stream-state.ts";

/** Resumes after the last sequence, which every message tells; verifies that each message follows the one before. */
export class FillState extends ChannelState<pb.StreamFillsResponse, FillEvent> {
  readonly #chain = new Chain("fills");

  constructor(settings: StreamSettings, afterSequence: bigint | undefined) {
    super(settings, afterSequence);
  }

  #request() {
    this.#chain.begin(this.position);
    return this.position === undefined ? {} : { afterSequence: this.position };
  }

  override source(): ChannelSource {
    return { case: "fills", value: this.#request() };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamFillsResponse> {
    return clients.accounts.streamFills(this.#request(), { signal });
  }

  protected override read(message: pb.StreamFillsResponse): Step<FillEvent>[] {
    const { prevSequence, sequence, event } = message;
    if (prevSequence !== undefined) {
      // Where the stream begins; fills that come without it have lost it.
      if (this.position === undefined && event.case === "heartbeat") this.#chain.begin(prevSequence);
      this.#chain.link(prevSequence, sequence);
    }
    this.position = sequence;
    const fills = event.case === "fills" ? fillBatch(event.value) : [];
    // A reader that stops in the middle of a message has not reached its sequence.
    return fills.map((fill, index) => ({
      event: { type: "fill", fill },
      position: index === fills.length - 1 ? sequence : undefined,
    }));
  }
}

/** Resumes after the last sequence; verifies that each update follows the one before, and that heartbeats do. */
export class AccountState extends ChannelState<pb.StreamAccountResponse, AccountEvent> {
  readonly #chain = new Chain("account");
  readonly #begin = new Begin("account");

  constructor(settings: StreamSettings, afterSequence: bigint | undefined) {
    super(settings, afterSequence);
  }

  #request() {
    // Heartbeats move the position but are no links of the chain; a new stream's first link is where it resumed.
    this.#chain.begin(this.position);
    this.#begin.reset();
    return this.position === undefined ? {} : { afterSequence: this.position };
  }

  override source(): ChannelSource {
    return { case: "account", value: this.#request() };
  }

  override open(clients: StreamClients, signal: AbortSignal): AsyncIterable<pb.StreamAccountResponse> {
    return clients.accounts.streamAccount(this.#request(), { signal });
  }

  protected override read({ event, sequence, prevSequence }: pb.StreamAccountResponse): Step<AccountEvent>[] {
    switch (event.case) {
      case "snapshot": {
        this.#begin.snapshot();
        this.#chain.begin(sequence);
        this.position = sequence;
        const snapshot = parse.accountSnapshot(event.value, sequence);
        return [{ event: { type: "snapshot", snapshot }, position: sequence }];
      }
      case "update": {
        this.#chain.link(prevSequence, sequence);
        this.position = sequence;
        const update = parse.accountUpdate(event.value, sequence, prevSequence);
        return [{ event: { type: "update", update }, position: sequence }];
      }
      default:
        // It moves the position, so that it must not do so over an update that was lost.
        this.#chain.check(prevSequence);
        this.position = sequence;
        return [];
    }
  }
}
