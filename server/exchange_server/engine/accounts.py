"""Accounts: balances, orders by id and by client order id, and what idempotency remembers."""

from collections import deque
from typing import Final, cast

from exchange_server.engine.orders import Order, Recorder
from exchange_server.engine.types import MAX_CLOSED_PER_ACCOUNT, AccountId, AssetId, Atoms, OrderId, TimeNs


class Balance:
    """What an account holds of one asset.

    Amounts are plain ints here: a sum of `Atoms` is one, and calling `Atoms` on each would cost a tenth of a command.
    """

    __slots__ = ("account_id", "asset_id", "available_atoms", "reserved_atoms")

    def __init__(self, account_id: AccountId, asset_id: AssetId) -> None:
        self.account_id: Final = account_id
        self.asset_id: Final = asset_id
        self.available_atoms: int = 0
        self.reserved_atoms: int = 0


class AccountRecorder(Recorder):
    """Is told of what changes in accounts, too."""

    __slots__ = ()

    def balance(self, balance: Balance) -> None:
        """A balance is about to change."""

    def opens(self, balance: Balance) -> None:
        """An account has got a balance of an asset that it never held."""

    def crowds(self, account_id: AccountId) -> None:
        """An account remembers more closed orders than it may, until it is told to `forget`."""


def by_text() -> dict[str, Order]:
    """Return an empty dict for many orders by text that keeps each key's hash beside it.

    One that has had no key but text looks the hash up in the text, whenever another key has the same place: with ten
    thousand keys that are not in the processor's cache a new one takes half as long again.
    """
    orders: dict[object, Order] = {None: Order()}
    del orders[None]
    return cast("dict[str, Order]", orders)


class Account:
    """An owner of balances and orders.

    Orders by id, in the order in which they were accepted or closed: a dict keeps that, costs less to change than
    links would, and forgets in the same place. `closed` lists the latest `MAX_CLOSED_PER_ACCOUNT` closed ones, oldest
    first; `client_orders` has every order of both by client order id.
    """

    __slots__ = (
        "account_id",
        "balances",
        "client_orders",
        "closed",
        "closed_orders",
        "create_time_ns",
        "credit_ids",
        "credits",
        "name",
        "open_orders",
        "undo",
    )

    undo: AccountRecorder
    """The state's own, which gives it to every account."""

    def __init__(self, account_id: AccountId, name: str, create_time_ns: TimeNs) -> None:
        self.account_id: Final = account_id
        self.name: Final = name
        self.create_time_ns: Final = create_time_ns
        self.balances: dict[AssetId, Balance] = {}
        self.open_orders: dict[OrderId, Order] = {}
        self.closed_orders: dict[OrderId, Order] = {}
        self.closed: deque[Order] = deque()
        self.client_orders: dict[str, Order] = by_text()
        self.credits: dict[str, tuple[AssetId, Atoms]] = {}
        self.credit_ids: deque[str] = deque()

    def balance(self, asset_id: AssetId) -> Balance:
        """Return the balance of an asset, opening an empty one if the account never held it."""
        balance = self.balances.get(asset_id)
        if balance is None:
            balance = Balance(self.account_id, asset_id)
            self.balances[asset_id] = balance
            if self.undo.recording:
                self.undo.opens(balance)
        elif self.undo.recording:
            self.undo.balance(balance)
        return balance

    def order(self, order_id: OrderId) -> Order | None:
        """Return an order that is open or remembered."""
        order = self.open_orders.get(order_id)
        return self.closed_orders.get(order_id) if order is None else order

    def put(self, successor: Order) -> None:
        """Put a successor into an open order's place."""
        if self.undo.recording:
            self.undo.order(self.open_orders[successor.order_id])
        self.open_orders[successor.order_id] = successor
        if successor.client_order_id:
            self.client_orders[successor.client_order_id] = successor

    def remember(self, order: Order) -> None:
        """Keep a closed order; forget the oldest one, with its ids, when there are too many."""
        closed = self.closed
        closed.append(order)
        self.closed_orders[order.order_id] = order
        if len(closed) > MAX_CLOSED_PER_ACCOUNT:
            if self.undo.recording:
                self.undo.crowds(self.account_id)
            else:
                self.forget()

    def forget(self) -> None:
        """Forget the oldest closed orders, with their ids, until there are not too many."""
        closed = self.closed
        while len(closed) > MAX_CLOSED_PER_ACCOUNT:
            oldest = closed.popleft()
            del self.closed_orders[oldest.order_id]
            if oldest.client_order_id:
                del self.client_orders[oldest.client_order_id]

    def reopen(self, orders: list[Order]) -> None:
        """List orders as open again, by age: only what is younger than the oldest of them is moved."""
        opened = self.open_orders
        returning = {order.order_id: order for order in orders}
        oldest = min(returning)
        while opened and next(reversed(opened)) > oldest:
            order_id, order = opened.popitem()
            returning[order_id] = order
        for order_id in sorted(returning):
            opened[order_id] = returning[order_id]

    def remember_credit(self, credit_id: str, asset_id: AssetId, amount: Atoms) -> None:
        """Keep a credit's key; forget the oldest one when there are too many."""
        self.credits[credit_id] = (asset_id, amount)
        self.credit_ids.append(credit_id)
        if len(self.credit_ids) > MAX_CLOSED_PER_ACCOUNT:
            del self.credits[self.credit_ids.popleft()]
