// What streams need of a client: how to ask, and the settings of its connection.

import { type Client, createClient } from "@connectrpc/connect";

import type { Connection } from "./connection.ts";
import type { BookTerms } from "./local-order-book.ts";
import { getMarket } from "./market-operations.ts";
import { AccountService, MarketDataService } from "./proto.ts";
import { retryDelayMs } from "./retry.ts";

/** The services that have streams. */
export interface StreamClients {
  readonly marketData: Client<typeof MarketDataService>;
  readonly accounts: Client<typeof AccountService>;
}

export interface StreamSettings {
  /** Attempts to connect, in a row; without: as often as it takes, and the timeout allows before the first success. */
  readonly maxAttempts?: number | undefined;
  /** Return how long to wait after a failed attempt, counted from 1. */
  readonly delayMs: (attempt: number) => number;
  /** How long a stream that never came to be is tried. */
  readonly timeoutMs: number;
  /** Without a message for so long a stream counts as dead. */
  readonly livenessMs: number;
}

export interface StreamCaller {
  readonly clients: StreamClients;
  readonly settings: StreamSettings;
  /** Aborted when the client is closed. */
  readonly closed: AbortSignal;
  /** Get the terms of a market. Throws ExchangeError. */
  terms(market: string, signal: AbortSignal): Promise<BookTerms>;
}

/** Make streams of a client's connection. */
export function streamCaller(connection: Connection): StreamCaller {
  const { retry, timeoutMs, livenessMs, transport, closed } = connection;
  return {
    clients: {
      marketData: createClient(MarketDataService, transport),
      accounts: createClient(AccountService, transport),
    },
    settings: {
      maxAttempts: retry.maxAttempts,
      delayMs: (attempt) => retryDelayMs(retry, attempt),
      timeoutMs,
      livenessMs,
    },
    closed,
    terms: (market, signal) => connection.call(getMarket(market), { signal }),
  };
}
