// Runs conformance cases for whoever compares: a kind of case is a function of the case and of how the exchange is reached.

import type { ExchangeClient } from "../../../sdks/typescript/src/index.ts";
import type { OrderEntry } from "../../../sdks/typescript/src/order-entry.ts";
import { type FlowCase, flowOutcome } from "./flows.ts";
import {
  type BookChecksumCase,
  checksumOfBook,
  checksumOfQueues,
  type QueueChecksumCase,
  type StreamGapCase,
  type StreamGapMarket,
  verdictsOfStream,
} from "./market-data.ts";
import {
  calledMethod,
  calledSession,
  type DecimalCase,
  type ErrorCase,
  type MethodCase,
  readDecimal,
  sentDecimal,
  thrownError,
} from "./methods.ts";
import type { Json } from "./values.ts";

/** How the exchange is reached from here: gRPC in Node, gRPC-Web in a browser, which has no order entry. */
export interface Reach {
  client(apiKey: string, address: string): ExchangeClient;
  session?(apiKey: string, address: string): Promise<OrderEntry>;
}

/** One case to run: its kind, what it is called with, and as whom at which server. */
export interface Job {
  readonly kind: string;
  readonly content: unknown;
  readonly apiKey: string;
  readonly address: string;
}

type Kind = (content: never, job: Job, reach: Reach) => unknown;

const KINDS: Readonly<Record<string, Kind>> = {
  sent_decimal: (each: DecimalCase) => sentDecimal(each),
  read_decimal: (each: { readonly wire: string }) => readDecimal(each),
  book_checksum: (each: BookChecksumCase) => checksumOfBook(each),
  queue_checksum: (each: QueueChecksumCase) => checksumOfQueues(each),
  stream_gap: ({ market, ...each }: StreamGapCase & { market: StreamGapMarket }) => verdictsOfStream(each, market),
  method: (each: MethodCase, job, reach) => withClient(job, reach, (client) => calledMethod(client, each)),
  error: (each: ErrorCase, job, reach) => withClient(job, reach, (client) => thrownError(client, each)),
  flow: (each: FlowCase, job, reach) => flowOutcome(each, (apiKey) => reach.client(apiKey, job.address)),
  session: async (each: MethodCase, job, reach) => {
    if (!reach.session) return null;
    await using session = await reach.session(job.apiKey, job.address);
    return await calledSession(session, each);
  },
};

/** Run cases one after the other; return their outcomes in the same order, a failure as `{ failed }`. */
export async function run(jobs: readonly Job[], reach: Reach): Promise<Json[]> {
  const outcomes: Json[] = [];
  for (const job of jobs) {
    try {
      outcomes.push((await KINDS[job.kind]?.(job.content as never, job, reach)) as Json);
    } catch (error) {
      outcomes.push({ failed: `${error}\n${error instanceof Error ? error.stack : ""}` });
    }
  }
  return outcomes;
}

async function withClient<Result>(job: Job, reach: Reach, ask: (client: ExchangeClient) => Promise<Result>) {
  const client = reach.client(job.apiKey, job.address);
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}
