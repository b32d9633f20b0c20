// Place an order far below the market, look at it, and cancel it. In Node: EXCHANGE_ADDRESS and EXCHANGE_API_KEY say where
// and as whom.

import { ExchangeError, InsufficientFunds, NodeExchangeClient, Side } from "@exchange/sdk/node";

const client = new NodeExchangeClient();
try {
  const market = await client.getMarket("BTC-USDC");
  console.log(`${market.name}: prices are multiples of ${market.tickSize}, quantities of ${market.lotSize}`);

  // Nothing is done: the answer says what would be.
  const order = { market: market.name, side: Side.BUY, quantity: "0.01", price: "1000" };
  const tried = await client.placeOrder({ ...order, validateOnly: true });
  console.log(`would hold ${tried.preview?.reserved} ${tried.preview?.reservedAsset}`);

  const placed = await client.placeOrder(order);
  console.log(`${placed.order.status} under the key ${placed.order.clientOrderId}`);

  const canceled = await client.cancelOrder({ orderId: placed.orderId });
  console.log(`${canceled.status}: ${canceled.closeReason}`);

  await client.placeOrder({ ...order, quantity: "1000000" });
} catch (error) {
  if (error instanceof InsufficientFunds) console.log(`refused: ${error.reason}`);
  else if (error instanceof ExchangeError) console.error(`${error}`);
  else throw error;
} finally {
  client.close();
}
