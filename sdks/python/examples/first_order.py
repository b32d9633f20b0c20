"""Place an order, look at it, cancel it.

Needs EXCHANGE_API_KEY; EXCHANGE_ADDRESS if the exchange is not at 127.0.0.1:50051.
"""

from decimal import Decimal

from exchange_sdk import Client, OrderRejected, Side


def main() -> None:
    """Talk to the exchange once."""
    with Client() as client:
        print(client.get_market("BTC-USDC"))
        for balance in client.list_balances():
            print(f"{balance.asset}: {balance.available} available, {balance.reserved} reserved")

        try:
            # Far below the market, and post-only: it can only rest.
            placed = client.place_order(
                market="BTC-USDC", side=Side.BUY, quantity="0.1", price=Decimal(50), post_only=True
            )
        except OrderRejected as refusal:
            print(f"refused: {refusal}")
            return
        print(placed.order)

        # The SDK gave the order a key; the order can be found by it even when an answer was lost.
        order = client.get_order(client_order_id=placed.order.client_order_id)
        print(f"order {order.order_id} is {order.status}, {order.open_quantity} open")
        print(f"now it is {client.cancel_order(order_id=order.order_id).status}")


if __name__ == "__main__":
    main()
