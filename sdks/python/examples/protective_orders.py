"""Guard what is held and what is quoted: a dead-man's switch, a stop, and orders that are changed while they are open.

Needs EXCHANGE_API_KEY; EXCHANGE_ADDRESS if the exchange is not at 127.0.0.1:50051.
"""

from datetime import timedelta
from decimal import Decimal

from exchange_sdk import CancelOrder, Client, Market, NewOrder, OrderType, WouldTriggerImmediately


def far_below(market: Market) -> Decimal:
    """Return a price of half the last trade, on tick; 50 where nothing has traded yet."""
    if market.last_price is None:
        return Decimal(50)
    return market.last_price / 2 // market.tick_size * market.tick_size


def main() -> None:
    """Arm, place, amend, replace, and leave nothing behind."""
    with Client() as client:
        market = client.get_market("BTC-USDC")
        price = far_below(market)

        # 1. Whatever becomes of this program: a minute after it was last heard of, its orders are gone.
        print("all orders would be canceled at", client.set_cancel_all_after(timedelta(minutes=1)))

        # 2. A stop waits outside the book: when somebody trades at the trigger or below, it sells at the market.
        try:
            stop = client.place_order(
                market=market.name, side="sell", quantity="0.5", type=OrderType.STOP_MARKET, trigger_price=price
            ).order
        except WouldTriggerImmediately as refusal:
            print(f"the market is there already: {refusal}")
            return
        print(f"the stop is {stop.status} at {stop.trigger_price}")
        amended = client.amend_order(order_id=stop.order_id, quantity="0.25")
        print(f"now it is for {amended.order.quantity}")

        # 3. A bid: tried without doing anything, then placed, and moved up without leaving the book in between.
        tried = client.place_order(market=market.name, side="buy", quantity="0.1", price=price, validate_only=True)
        if tried.preview is not None:
            print(f"a bid would reserve {tried.preview.reserved} {tried.preview.reserved_asset}")
        placed = client.place_order(market=market.name, side="buy", quantity="0.1", price=price, post_only=True)
        moved = client.amend_order(order_id=placed.order_id, price=price + market.tick_size)
        print(f"the bid stands at {moved.order.price}")

        # 4. Another order in its place, in one step: nothing of anybody else comes between.
        iceberg = NewOrder(market=market.name, side="buy", quantity=1, price=price, display_quantity="0.1")
        replaced = client.cancel_replace_order(CancelOrder(order_id=placed.order_id), iceberg).raise_for_error()
        if replaced.order is not None:
            print(f"replaced by {replaced.order.open_quantity}, of which {replaced.order.display_quantity} are shown")

        # 5. Done: take everything away, and disarm.
        print("canceled", len(client.cancel_all_orders(market=market.name)), "orders")
        client.set_cancel_all_after(0)


if __name__ == "__main__":
    main()
