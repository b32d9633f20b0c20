// Follow a book through the gateway, as a page does: kept in step and verified by its checksum, and the account beside it.

import { ExchangeClient } from "@exchange/sdk";

const client = new ExchangeClient({
  baseUrl: process.env.EXCHANGE_GATEWAY ?? "http://127.0.0.1:8080",
  apiKey: process.env.EXCHANGE_API_KEY ?? "",
});
const stop = new AbortController();
const account = client.streamAccount({ signal: stop.signal });

async function followAccount(): Promise<void> {
  for await (const event of account) {
    if (event.type === "snapshot") console.log(`${event.snapshot.openOrders.length} orders are open`);
    if (event.type === "update") {
      for (const order of event.update.orders) console.log(`order ${order.side} ${order.price}: ${order.status}`);
      if (event.update.orders.some((order) => order.status === "CANCELED")) stop.abort();
    }
  }
}

async function followBook(): Promise<void> {
  const stream = client.streamOrderBook("BTC-USDC", { signal: stop.signal });
  for await (const event of stream) {
    if (event.type === "resynced") console.warn(`the stream broke: ${event.cause}`);
    const [best] = stream.book.bids(1);
    console.log(`best bid: ${best ? `${best.quantity} at ${best.price}` : "none"}`);
    if (event.type !== "snapshot") continue;
    const { orderId } = await client.placeOrder({ market: "BTC-USDC", side: "BUY", quantity: "0.5", price: "20000" });
    await client.cancelOrder({ orderId });
  }
}

await Promise.all([followAccount(), followBook()]);
client.close();
