// What hubs offer their readers: stores of immutable snapshots, in the form of React's useSyncExternalStore.

import type { ExchangeError } from "./errors.ts";

/** Whether what is shown is what is. "stale": nothing has come for longer than the exchange is ever silent. */
export type FeedStatus = "connecting" | "live" | "reconnecting" | "stale";

/** A value that changes: `getSnapshot` returns the same object until it does, and then the listeners are called. */
export interface Store<Snapshot> {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
}

/** Listeners, and what is to be done when the first one comes and the last one has gone. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: () => void): () => void {
    // The same function may be added twice: each addition is one of its own.
    const own = () => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  call(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What every snapshot says beside its data. `error`: why it will not come, when waiting does not help. */
export interface FeedState {
  readonly status: FeedStatus;
  readonly error?: ExchangeError | undefined;
}
