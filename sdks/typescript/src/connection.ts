// Where a client connects, with what, and how a call is made.

import { create, type DescMethodUnary } from "@bufbuild/protobuf";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { fromFailure } from "./error-mapping.ts";
import type { ExchangeError } from "./errors.ts";
import type { Operation } from "./operations.ts";
import { Attempts, DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";

export const DEFAULT_TIMEOUT_MS = 10_000;

/** Milliseconds without a message after which a stream counts as dead: three of the exchange's heartbeats. */
export const DEFAULT_LIVENESS_MS = 15_000;

/** What every call takes. */
export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason. What was sent may have been executed all the same. */
  readonly signal?: AbortSignal;
  /** What the call may take with all its retries; the client's own setting otherwise. */
  readonly timeoutMs?: number;
}

/** How a client is made. */
export interface ClientOptions {
  /** Where the exchange's gateway is, such as "https://exchange.example"; in a browser the page's origin by default. */
  readonly baseUrl?: string;
  /** Public market data needs none. */
  readonly apiKey?: string;
  /** Allows a key over plain http to another machine than this one, where it could be read on the way. */
  readonly insecure?: boolean;
  /** What a call may take with all its retries; 10,000 by default. */
  readonly timeoutMs?: number;
  /** The pauses between attempts. */
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds without a message after which a stream reconnects; 15,000 by default. */
  readonly livenessMs?: number;
}

/** Makes the transport to an address; the interceptors belong to every call. */
export type TransportFactory = (options: { baseUrl: string; interceptors: Interceptor[] }) => Transport;

/** One exchange at one address, as one caller. Never shows the key. */
export class Connection {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly livenessMs: number;
  readonly retry: RetryPolicy;
  readonly transport: Transport;
  readonly #closing = new AbortController();

  /** Throws a RangeError for an address that is none, and for a key in plaintext over a network. */
  constructor(baseUrl: string, options: ClientOptions, makeTransport: TransportFactory) {
    this.baseUrl = checkedAddress(baseUrl, options);
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.livenessMs = options.livenessMs ?? DEFAULT_LIVENESS_MS;
    this.retry = { ...DEFAULT_RETRY, ...options.retry };
    const interceptors = options.apiKey ? [authorization(options.apiKey)] : [];
    this.transport = makeTransport({ baseUrl: this.baseUrl, interceptors });
  }

  /** Aborted when the client is closed: ends every call and stream. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(new DOMException("the client is closed", "AbortError"));
  }

  /** Make a call, and again while that is safe and may help. Throws ExchangeError, or the reason of an aborted signal. */
  async call<Result>(operation: Operation<Result>, options: CallOptions = {}): Promise<Result> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.closed]) : this.closed;
    const attempts = new Attempts(operation, this.retry, options.timeoutMs ?? this.timeoutMs);
    for (;;) {
      signal.throwIfAborted();
      let error: ExchangeError;
      try {
        const answer = await this.#once(operation, signal, attempts.remainingMs());
        return operation.parse(answer as never);
      } catch (failure) {
        signal.throwIfAborted();
        error = fromFailure(failure);
      }
      const read = attempts.isRepeated ? operation.settle?.(error) : undefined;
      if (read) {
        const settled = await this.call(read, { signal, timeoutMs: attempts.remainingMs() });
        if (settled !== undefined) return settled;
      }
      await pause(attempts.failed(error), signal);
    }
  }

  async #once(operation: Operation<unknown>, signal: AbortSignal, timeoutMs: number): Promise<unknown> {
    const method: DescMethodUnary = operation.method;
    const request = create(method.input, operation.request as Record<string, unknown>);
    const response = await this.transport.unary(method, signal, timeoutMs, undefined, request);
    return response.message;
  }
}

/** Wait; throws the signal's reason when it is aborted meanwhile. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", aborted);
      resolve();
    }, delayMs);
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted, { once: true });
  });
}

/** Whether an address surely stays on this machine; a name other than localhost may go anywhere. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function authorization(apiKey: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${apiKey}`);
    return next(request);
  };
}

function checkedAddress(baseUrl: string, { apiKey = "", insecure = false }: ClientOptions): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new RangeError(`baseUrl: ${JSON.stringify(baseUrl)} is no address such as "https://exchange.example"`);
  }
  if (apiKey && !insecure && url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new RangeError(
      `the API key would go to ${url.host} in plaintext; use https, or insecure: true if the network is trusted`,
    );
  }
  if (!/^[\x20-\x7e]*$/.test(apiKey)) throw new RangeError("the API key has characters that a header cannot carry");
  return baseUrl.replace(/\/+$/, "");
}
