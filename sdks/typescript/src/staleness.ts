// Whether nothing has come for longer than the exchange is ever silent. By the wall clock, which also goes on while a
// laptop sleeps.

const LOOK_MS = 1_000;

export class Staleness {
  readonly #limitMs: number;
  readonly #changed: () => void;
  #seenMs = 0;
  #isStale = false;

  constructor(limitMs: number, changed: () => void) {
    this.#limitMs = limitMs;
    this.#changed = changed;
  }

  get isStale(): boolean {
    return this.#isStale;
  }

  /** Take note of a sign of life. */
  seen(): void {
    this.#seenMs = Date.now();
    this.#isStale = false;
  }

  /** Look at the clock until the signal is aborted, also when a page that was asleep wakes up. */
  watch(signal: AbortSignal): void {
    this.seen();
    const look = () => {
      const isStale = Date.now() - this.#seenMs > this.#limitMs;
      if (isStale === this.#isStale) return;
      this.#isStale = isStale;
      this.#changed();
    };
    const timer = setInterval(look, LOOK_MS);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    if (typeof document !== "undefined") document.addEventListener("visibilitychange", look, { signal });
  }
}
