// Follow a book and the trades of a market on one stream, until Ctrl-C.

import { NodeExchangeClient } from "@exchange/sdk/node";

const client = new NodeExchangeClient();
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const book = { kind: "orderBook", market: "BTC-USDC", depth: 5 } as const;
const trades = { kind: "trades", market: "BTC-USDC" } as const;
const subscription = client.subscribe([book, trades], { signal: stop.signal });

for await (const { channel, event } of subscription) {
  switch (event.type) {
    case "snapshot":
    case "delta":
      // The copy is in step with the events, and verified by sequence and checksum.
      console.log(`${subscription.book(book)}`);
      break;
    case "trade":
      console.log(`${event.trade.tradeId}: ${event.trade.quantity} @ ${event.trade.price}`);
      break;
    case "reconnected": // it had broken, and nothing is missing
    case "resynced": // it had broken, and begins anew; of a book a snapshot follows
      console.log(`${channel.kind}: ${event.type} after ${event.cause}`);
      break;
    case "closed":
      console.log(`${channel.kind} does not come back: ${event.cause}`);
  }
}
