// What the TypeScript SDK makes of the conformance cases of checksums and streams. Each function takes a case and returns
// what came of it, for whoever compares.

import { type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { BookOutOfSync, ChecksumMismatch, Gap } from "../../../sdks/typescript/src/errors.ts";
import { type BookTerms, bookChecksum } from "../../../sdks/typescript/src/local-order-book.ts";
import { queueChecksum } from "../../../sdks/typescript/src/local-order-queues.ts";
import * as pb from "../../../sdks/typescript/src/proto.ts";
import { AccountState, FillState } from "../../../sdks/typescript/src/stream-account-states.ts";
import * as states from "../../../sdks/typescript/src/stream-market-states.ts";
import type { StreamMessage } from "../../../sdks/typescript/src/stream-state.ts";
import type { AnyState } from "../../../sdks/typescript/src/subscription-state.ts";
import { TextLevel, TextOrder } from "../../../sdks/typescript/src/text-level.ts";

/** A case of `book_checksums.json`; levels are [price, quantity], best first. */
export interface BookChecksumCase {
  readonly name: string;
  readonly price_decimals: number;
  readonly quantity_decimals: number;
  readonly asks: readonly (readonly [string, string])[];
  readonly bids: readonly (readonly [string, string])[];
  readonly checksum: number;
}

/** A case of `queue_checksums.json`; orders are [id, price, quantity]. JSON's numbers cannot hold every id: see `reviveIds`. */
export interface QueueChecksumCase extends Omit<BookChecksumCase, "asks" | "bids"> {
  readonly asks: readonly (readonly [string | number, string, string])[];
  readonly bids: readonly (readonly [string | number, string, string])[];
}

export type Verdict = "ok" | "gap" | "checksum" | "out_of_sync";

/** A case of `stream_gaps.json`. */
export interface StreamGapCase {
  readonly stream: string;
  readonly name: string;
  readonly steps: readonly { readonly message: JsonValue; readonly expect: Verdict }[];
}

/** The market of `stream_gaps.json`. */
export interface StreamGapMarket {
  readonly name: string;
  readonly price_decimals: number;
  readonly quantity_decimals: number;
}

export function checksumOfBook(each: BookChecksumCase): number {
  const levels = (rows: BookChecksumCase["asks"]) => rows.map(([price, quantity]) => new TextLevel(price, quantity));
  return bookChecksum(levels(each.asks), levels(each.bids), each.price_decimals, each.quantity_decimals);
}

/** Put ids into quotes before JSON.parse rounds those beyond 2^53. */
export function reviveIds(json: string): string {
  return json.replace(/(\[\s*)(\d+)(\s*,\s*")/g, '$1"$2"$3');
}

export function checksumOfQueues(each: QueueChecksumCase): number {
  const orders = (rows: QueueChecksumCase["asks"]) =>
    rows.map(([id, price, quantity]) => new TextOrder(BigInt(id), price, quantity));
  return queueChecksum(orders(each.asks), orders(each.bids), each.price_decimals, each.quantity_decimals);
}

// Nothing is asked for here, so that none of it counts.
const SETTINGS = { delayMs: () => 0, timeoutMs: 1_000, livenessMs: 1_000 };

/** Return the verdict on each message of a case. */
export function verdictsOfStream({ stream, steps }: StreamGapCase, market: StreamGapMarket): Verdict[] {
  const [state, schema] = streamOf(stream, market.name);
  const terms: BookTerms = {
    name: market.name,
    priceDecimals: market.price_decimals,
    quantityDecimals: market.quantity_decimals,
  };
  state.start(terms);
  state.source();
  return steps.map(({ message }) => {
    try {
      state.receive(fromJson(schema, message) as unknown as StreamMessage);
      return "ok";
    } catch (error) {
      return verdict(error);
    }
  });
}

function verdict(error: unknown): Verdict {
  if (error instanceof Gap) return "gap";
  if (error instanceof ChecksumMismatch) return "checksum";
  if (error instanceof BookOutOfSync) return "out_of_sync";
  throw error;
}

function streamOf(stream: string, market: string): [AnyState, DescMessage] {
  switch (stream) {
    case "order_book":
      return [
        new states.BookState(SETTINGS, { kind: "orderBook", market }) as AnyState,
        pb.StreamOrderBookResponseSchema,
      ];
    case "orders":
      return [new states.QueueState(SETTINGS, { kind: "orders", market }) as AnyState, pb.StreamOrdersResponseSchema];
    case "trades":
      return [new states.TradeState(SETTINGS, { kind: "trades", market }) as AnyState, pb.StreamTradesResponseSchema];
    case "bbo":
      return [new states.BboState(SETTINGS, { kind: "bbo", market }) as AnyState, pb.StreamBboResponseSchema];
    case "ticker":
      return [new states.TickerState(SETTINGS, { kind: "ticker", market }) as AnyState, pb.StreamTickerResponseSchema];
    case "candles": {
      const channel = { kind: "candles", market, interval: "1m" } as const;
      return [new states.CandleState(SETTINGS, channel) as AnyState, pb.StreamCandlesResponseSchema];
    }
    case "fills":
      return [new FillState(SETTINGS, undefined) as AnyState, pb.StreamFillsResponseSchema];
    case "account":
      return [new AccountState(SETTINGS, undefined) as AnyState, pb.StreamAccountResponseSchema];
    default:
      throw new Error(`there is no stream ${stream}`);
  }
}
