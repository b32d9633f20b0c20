// How long a call to the exchange and back takes now: measured by the cheapest one, every few seconds while it is asked for.

import { Listeners, type Store } from "./feed.ts";

export const DEFAULT_EVERY_MS = 5_000;

export interface RoundTripOptions {
  readonly everyMs?: number;
}

/** Milliseconds of the newest measurement; undefined before the first, and after one that failed. */
export class RoundTrip implements Store<number | undefined> {
  readonly #ping: (signal: AbortSignal) => Promise<unknown>;
  readonly #everyMs: number;
  readonly #listeners = new Listeners();
  #milliseconds: number | undefined;
  #running: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ping: (signal: AbortSignal) => Promise<unknown>, options: RoundTripOptions = {}) {
    this.#ping = ping;
    this.#everyMs = options.everyMs ?? DEFAULT_EVERY_MS;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    if (this.#running === undefined) {
      this.#running = new AbortController();
      void this.#measure(this.#running.signal);
    }
    return () => {
      remove();
      if (this.#listeners.size > 0) return;
      this.#running?.abort();
      this.#running = undefined;
      clearTimeout(this.#timer);
    };
  };

  readonly getSnapshot = (): number | undefined => this.#milliseconds;

  async #measure(signal: AbortSignal): Promise<void> {
    // A page that is not shown shows no figure either.
    if (typeof document === "undefined" || document.visibilityState === "visible") {
      const before = performance.now();
      const isAnswered = await this.#ping(signal).then(
        () => true,
        () => false,
      );
      if (signal.aborted) return;
      const measured = isAnswered ? Math.round((performance.now() - before) * 10) / 10 : undefined;
      if (measured !== this.#milliseconds) {
        this.#milliseconds = measured;
        this.#listeners.call();
      }
    }
    this.#timer = setTimeout(() => void this.#measure(signal), this.#everyMs);
  }
}
