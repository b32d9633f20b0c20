// How often a call is tried, how long it waits in between, and what is thrown at the end.

import { wasNeverSent } from "./error-mapping.ts";
import { DeadlineExceeded, type ExchangeError, OutcomeUnknown, RateLimited, Unavailable } from "./errors.ts";
import type { Operation } from "./operations.ts";

/** Exponential backoff with jitter, in milliseconds. Without `maxAttempts`: as long as the call's timeout allows. */
export interface RetryPolicy {
  readonly initialMs: number;
  readonly maximumMs: number;
  readonly multiplier: number;
  readonly maxAttempts?: number;
}

export const DEFAULT_RETRY: RetryPolicy = { initialMs: 50, maximumMs: 1_000, multiplier: 2 };

/** Return how long to wait after a failed attempt, counted from 1: between half of the ceiling and the ceiling. */
export function retryDelayMs(policy: RetryPolicy, attempt: number): number {
  const ceiling = Math.min(policy.maximumMs, policy.initialMs * policy.multiplier ** Math.min(attempt - 1, 30));
  return (ceiling * (1 + Math.random())) / 2;
}

/** The attempts of one call: how long each may take, whether another follows, and what to throw at the end. */
export class Attempts {
  readonly #operation: Operation<unknown>;
  readonly #policy: RetryPolicy;
  readonly #deadline: number;
  #failed = 0;
  #maybeSent = false;

  constructor(operation: Operation<unknown>, policy: RetryPolicy, timeoutMs: number) {
    this.#operation = operation;
    this.#policy = policy;
    this.#deadline = performance.now() + timeoutMs;
  }

  /** Whether an attempt before this one may have reached the exchange. */
  get isRepeated(): boolean {
    return this.#maybeSent;
  }

  /** Milliseconds left for the next attempt; at least one, so that the answer is DEADLINE_EXCEEDED, not a bug. */
  remainingMs(): number {
    return Math.max(Math.ceil(this.#deadline - performance.now()), 1);
  }

  /** Return how many milliseconds to wait before the next attempt, or throw what the caller gets. */
  failed(error: ExchangeError): number {
    this.#failed += 1;
    const lost = isLost(error);
    this.#maybeSent ||= lost;
    const delay = this.#delayMs(error);
    const mayRepeat = this.#operation.repeatable || !this.#maybeSent;
    const exhausted = this.#policy.maxAttempts !== undefined && this.#failed >= this.#policy.maxAttempts;
    if (delay !== undefined && mayRepeat && !exhausted && performance.now() + delay < this.#deadline) return delay;
    if (this.#operation.mutates && (lost || (this.#maybeSent && isTransient(error)))) throw this.#unknown(error);
    throw error;
  }

  #delayMs(error: ExchangeError): number | undefined {
    const backoff = retryDelayMs(this.#policy, this.#failed);
    if (error instanceof Unavailable) return backoff + (error.retryAfterMs ?? 0);
    if (error instanceof RateLimited && error.retryAfterMs !== undefined) return error.retryAfterMs + backoff;
    return undefined;
  }

  #unknown(cause: ExchangeError): OutcomeUnknown {
    const { clientOrderId, orderId } = this.#operation;
    return new OutcomeUnknown(`sent, but no answer came (${cause.message})`, {
      cause,
      ...(clientOrderId && { clientOrderId }),
      ...(orderId && { orderId }),
    });
  }
}

/** Whether the exchange may have executed what this error is the answer to. */
function isLost(error: ExchangeError): boolean {
  if (error instanceof Unavailable) return !wasNeverSent(error);
  // With a reason it is the exchange that says it did nothing; without one our own clock ran out.
  if (error instanceof DeadlineExceeded) return !error.reasonName;
  return error.code === "CANCELLED";
}

function isTransient(error: ExchangeError): boolean {
  return error instanceof Unavailable || error instanceof DeadlineExceeded || error instanceof RateLimited;
}
