// Many orders on one stream, without waiting for each answer; and what becomes of them when the session ends.

import { type NewOrder, NodeExchangeClient, orThrow } from "@exchange/sdk/node";

const client = new NodeExchangeClient();
const session = await client.orderEntry({
  cancelOnDisconnect: true,
  onReconnect: ({ cause }) => console.warn(`connected again after: ${cause}`),
});
try {
  const grid: NewOrder[] = Array.from({ length: 20 }, (_, index) => ({
    market: "BTC-USDC",
    side: "BUY",
    quantity: "0.001",
    price: String(10_000 + 10 * index),
  }));
  const answers = await session.placeMany(grid);
  const placed = await Promise.all(answers);
  console.log(`${placed.length} orders are open`);

  // Executed one after the other with nothing in between; each stands for itself.
  const [first, second] = placed;
  const results = await session.batch([
    { amend: { orderId: first?.orderId, quantity: "0.002" } },
    { cancel: { orderId: second?.orderId } },
    { place: { market: "BTC-USDC", side: "BUY", quantity: "0.001", price: "9000" } },
  ]);
  console.log(results.map((result) => orThrow(result).status).join(", "));
} finally {
  // Waits for answers; the exchange cancels what is open of this session.
  await session.close();
  client.close();
}
