"""Accounts: balances, orders by id and by client order id, and what idempotency remembers."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from exchange_server.engine.orders import Order
from exchange_server.engine.types import MAX_CLOSED_PER_ACCOUNT, AccountId, AssetId, Atoms, OrderId, TimeNs


class Balance:
    """What an account holds of one asset; both parts in atoms."""

    __slots__ = ("account_id", "asset_id", "available_atoms", "reserved_atoms", "touched_by")

    def __init__(self, account_id: AccountId, asset_id: AssetId) -> None:
        self.account_id: Final = account_id
        self.asset_id: Final = asset_id
        self.available_atoms: Atoms = Atoms(0)
        self.reserved_atoms: Atoms = Atoms(0)
        self.touched_by: int = 0
        """Sequence of the last command that listed this balance among its changes."""


class Account:
    """An owner of balances and orders.

    `orders` and `client_orders` hold the open orders and the latest `MAX_CLOSED_PER_ACCOUNT` closed ones; `closed` has
    the latter, oldest first. Open orders are linked, oldest first.
    """

    __slots__ = (
        "account_id",
        "balances",
        "client_orders",
        "closed",
        "create_time_ns",
        "credit_ids",
        "credits",
        "first_open",
        "last_open",
        "name",
        "orders",
    )

    def __init__(self, account_id: AccountId, name: str, create_time_ns: TimeNs) -> None:
        self.account_id: Final = account_id
        self.name: Final = name
        self.create_time_ns: Final = create_time_ns
        self.balances: dict[AssetId, Balance] = {}
        self.orders: dict[OrderId, Order] = {}
        self.client_orders: dict[str, Order] = {}
        self.closed: deque[Order] = deque()
        self.first_open: Order | None = None
        self.last_open: Order | None = None
        self.credits: dict[str, tuple[AssetId, Atoms]] = {}
        self.credit_ids: deque[str] = deque()

    def balance(self, asset_id: AssetId) -> Balance:
        """Return the balance of an asset, opening an empty one if the account never held it."""
        balance = self.balances.get(asset_id)
        if balance is None:
            balance = Balance(self.account_id, asset_id)
            self.balances[asset_id] = balance
        return balance

    def register(self, order: Order) -> None:
        """Make a new order known by its ids."""
        self.orders[order.order_id] = order
        if order.client_order_id:
            self.client_orders[order.client_order_id] = order

    def add_open(self, order: Order) -> None:
        """Append an order to the open ones."""
        last = self.last_open
        if last is None:
            self.first_open = order
        else:
            last.account_next = order
        order.account_prev = last
        order.account_next = None
        self.last_open = order

    def remove_open(self, order: Order) -> None:
        """Take an order out of the open ones."""
        before = order.account_prev
        after = order.account_next
        if before is None:
            self.first_open = after
        else:
            before.account_next = after
        if after is None:
            self.last_open = before
        else:
            after.account_prev = before
        order.account_prev = order.account_next = None

    def remember_closed(self, order: Order) -> None:
        """Keep a closed order; forget the oldest one, with its ids, when there are too many."""
        closed = self.closed
        closed.append(order)
        if len(closed) > MAX_CLOSED_PER_ACCOUNT:
            oldest = closed.popleft()
            del self.orders[oldest.order_id]
            if oldest.client_order_id:
                del self.client_orders[oldest.client_order_id]

    def remember_credit(self, credit_id: str, asset_id: AssetId, amount: Atoms) -> None:
        """Keep a credit's key; forget the oldest one when there are too many."""
        self.credits[credit_id] = (asset_id, amount)
        self.credit_ids.append(credit_id)
        if len(self.credit_ids) > MAX_CLOSED_PER_ACCOUNT:
            del self.credits[self.credit_ids.popleft()]

    def open_orders(self) -> Iterator[Order]:
        """Iterate over the open orders, oldest first; they must not change meanwhile."""
        order = self.first_open
        while order is not None:
            yield order
            order = order.account_next
