// The SDK for Node: gRPC over HTTP/2, without a gateway.

import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExchangeClient } from "./client.ts";
import { type ClientOptions, Connection } from "./connection.ts";

export * from "./index.ts";

const DEFAULT_ADDRESS = "127.0.0.1:50051";

/** As ExchangeClient, over gRPC. Address and key also come from EXCHANGE_ADDRESS and EXCHANGE_API_KEY. */
export class NodeExchangeClient extends ExchangeClient {
  protected override connect(options: ClientOptions): Connection {
    const baseUrl = options.baseUrl ?? `http://${process.env.EXCHANGE_ADDRESS || DEFAULT_ADDRESS}`;
    const apiKey = options.apiKey ?? process.env.EXCHANGE_API_KEY ?? "";
    return new Connection(baseUrl, { ...options, apiKey }, (transport) => createGrpcTransport(transport));
  }
}
