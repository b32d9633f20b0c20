// The SDK for Node: gRPC over HTTP/2, without a gateway, and order entry on a stream, which browsers cannot have.

import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExchangeClient } from "./client.ts";
import { type ClientOptions, Connection } from "./connection.ts";
import { OrderEntry } from "./order-entry.ts";
import type { OrderEntryOptions } from "./order-entry-stream.ts";

export * from "./index.ts";
export { OrderEntry } from "./order-entry.ts";
export type { OrderEntryOptions } from "./order-entry-stream.ts";

const DEFAULT_ADDRESS = "127.0.0.1:50051";

/**
 * As ExchangeClient, over gRPC. `baseUrl`: http://host:port, or https; else the host:port of EXCHANGE_ADDRESS, else
 * http://127.0.0.1:50051. `apiKey`: else EXCHANGE_API_KEY.
 */
export class NodeExchangeClient extends ExchangeClient {
  protected override connect(options: ClientOptions): Connection {
    const baseUrl = options.baseUrl ?? `http://${process.env.EXCHANGE_ADDRESS || DEFAULT_ADDRESS}`;
    const apiKey = options.apiKey ?? process.env.EXCHANGE_API_KEY ?? "";
    return new Connection(baseUrl, { ...options, apiKey }, (transport) =>
      // A snapshot of an account with many open orders or a deep book is larger than the default of 4 MiB.
      createGrpcTransport({ ...transport, readMaxBytes: 64 * 1024 * 1024 }),
    );
  }

  /** Open a session for many orders, answered in order without waiting in between. */
  orderEntry(options: OrderEntryOptions & { signal?: AbortSignal } = {}): Promise<OrderEntry> {
    return OrderEntry.open(this.connection, options);
  }
}
