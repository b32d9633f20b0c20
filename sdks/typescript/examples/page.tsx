// A page with a live book, the last trades and one's own orders. All of it shares two streams.

import type { ExchangeClient } from "@exchange/sdk";
import {
  ExchangeProvider,
  useAccount,
  useAccountEvents,
  useConnection,
  useOrderBook,
  useTrades,
} from "@exchange/sdk/react";

/** `client`: such as `new ExchangeClient({ apiKey })`, made once and not at each rendering. */
export function Page({ client }: { client: ExchangeClient }) {
  return (
    <ExchangeProvider client={client}>
      <Connection />
      <Book market="BTC-USDC" />
      <Tape market="BTC-USDC" />
      <Orders />
    </ExchangeProvider>
  );
}

function Connection() {
  const { status, roundTripMs } = useConnection();
  return (
    <p>
      {status} {roundTripMs !== undefined && `${roundTripMs} ms`}
    </p>
  );
}

function Book({ market }: { market: string }) {
  const { bids, asks, status } = useOrderBook(market, { depth: 10, priceStep: "5" });
  return (
    // What is not live is what was known last: it is shown, and shown to be old.
    <table style={{ opacity: status === "live" ? 1 : 0.4 }}>
      <tbody>
        {[...asks.toReversed(), ...bids].map(({ price, quantity }) => (
          <tr key={price.toString()}>
            <td>{price.toString()}</td>
            <td>{quantity.toString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Tape({ market }: { market: string }) {
  const { trades } = useTrades(market, { limit: 20 });
  return trades.map((trade) => <p key={trade.tradeId}>{`${trade.takerSide} ${trade.quantity} @ ${trade.price}`}</p>);
}

function Orders() {
  const { openOrders } = useAccount();
  useAccountEvents((happening) => {
    if (happening.type === "fill") document.title = `${happening.fill.quantity} @ ${happening.fill.price}`;
  });
  return openOrders.map((order) => <p key={order.orderId}>{`${order.side} ${order.openQuantity} @ ${order.price}`}</p>);
}
