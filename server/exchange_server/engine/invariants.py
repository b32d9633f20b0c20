"""What must hold after every command, checked from scratch over the whole state. Slow: for tests and operators."""

from exchange_server.engine.book import Book, BookSide
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.risk import reserved_atoms
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    ISSUANCE_ACCOUNT,
    MARKET_AUCTION,
    MARKET_CANCEL_ONLY,
    MARKET_HALTED,
    MARKET_OPEN,
    MAX_ATOMS,
    MAX_CLOSED_PER_ACCOUNT,
    ORDER_OPEN,
    ORDER_PENDING_TRIGGER,
    TYPE_PEGGED,
    AccountId,
    AssetId,
)


class InvariantViolation(Exception):
    """The engine is in a state that must not exist; the message names the invariant and the place."""


def check(state: LiveState) -> None:
    """Raise InvariantViolation at the first invariant that does not hold."""
    resting = [order for book in state.books.values() for order in _check_book(book)]
    _check_accounts(state, resting)
    _check_money(state, resting)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise InvariantViolation(what)


def _check_book(book: Book) -> list[Order]:
    """Check both sides of a book; return what rests in it."""
    name = book.market.name
    orders = _check_side(name, book.bids) + _check_side(name, book.asks)
    specials = sum(
        isinstance(order.terms, SpecialTerms)
        and (order.terms.display_lots > 0 or order.role > 0 or order.terms.type == TYPE_PEGGED)
        for order in orders
    )
    _require(specials == book.specials, f"number of icebergs, pegged orders and orders of lists in {name} is wrong")
    collects = book.market.status in (MARKET_AUCTION, MARKET_CANCEL_ONLY, MARKET_HALTED)
    _require(collects or not book.crossed, f"book of {name} is crossed")
    _require(
        book.market.quick == (book.market.status == MARKET_OPEN and not book.pegged),
        f"which way plain orders of {name} go is wrong",
    )
    return orders


def _check_side(name: str, side: BookSide) -> list[Order]:
    place = f"{name} {'bids' if side.is_bid else 'asks'}"
    levels = list(side.best_first())
    prices = [level.price_ticks for level in levels]
    _require(prices == sorted(side.levels, reverse=side.is_bid), f"prices and levels of {place} differ")
    _require(side.best is (levels[0] if levels else None), f"best level of {place} is not the first")
    orders: list[Order] = []
    for level in levels:
        total = 0
        before: Order | None = None
        order = level.first
        while order is not None:
            at = f"{place} at {level.price_ticks}"
            _require(order.prev is before and order.level is level, f"links of {at} are broken")
            price = order.pegged_price_ticks or order.price_ticks
            _require(price == level.price_ticks and order.side == side.side, f"wrong order in {at}")
            _require(0 < order.open_lots <= order.quantity_lots, f"open quantity in {at} out of range")
            _require(0 < order.visible_lots <= order.open_lots, f"what is shown in {at} out of range")
            total += order.visible_lots
            orders.append(order)
            before, order = order, order.next
        _require(level.last is before and total > 0, f"level {level.price_ticks} of {place} is empty or loose")
        _require(level.total_lots == total, f"total of level {level.price_ticks} of {place} is not its orders' sum")
    return orders


def _check_accounts(state: LiveState, resting: list[Order]) -> None:
    open_orders = [order for account in state.accounts.values() for order in account.open_orders.values()]
    _require(
        sorted(order.order_id for order in resting)
        == sorted(order.order_id for order in open_orders if not order.pending and not order.parked),
        "open orders are not those that rest in the books or wait",
    )
    _require(
        sorted((order_id, owner) for book in state.books.values() for order_id, owner in book.pegged.items())
        == sorted((order.order_id, order.account_id) for order in open_orders if order.terms.type == TYPE_PEGGED),
        "pegged orders are not those that follow the books",
    )
    _require(
        sorted(order.order_id for book in state.books.values() for order in book.waiting)
        == sorted(order.order_id for order in open_orders if order.pending and order.open_lots),
        "pending orders are not those that wait for a trigger",
    )
    for account in state.accounts.values():
        name = account.name
        ids = list(account.open_orders)
        _require(ids == sorted(ids), f"open orders of {name} are not by age")
        _require(len(account.closed) <= MAX_CLOSED_PER_ACCOUNT, f"{name} remembers too many closed orders")
        _require(
            [order.order_id for order in account.closed] == list(account.closed_orders),
            f"closed orders of {name} are not those listed",
        )
        known = [*account.open_orders.values(), *account.closed]
        for order in known:
            is_open = order.order_id in account.open_orders
            _require(
                (order.status in (ORDER_OPEN, ORDER_PENDING_TRIGGER)) == is_open,
                f"status of order {order.order_id} is wrong",
            )
            _require(order.account_id == account.account_id, f"order {order.order_id} is in a foreign account")
        by_client_id = {order.client_order_id: order for order in known if order.client_order_id}
        _require(by_client_id == account.client_orders, f"client order ids of {name} are not those of its orders")
        _require(list(account.credits) == list(account.credit_ids), f"credit ids of {name} are not those listed")


def _check_money(state: LiveState, resting: list[Order]) -> None:
    needs: dict[tuple[AccountId, AssetId], int] = {}
    parked = [order for account in state.accounts.values() for order in account.open_orders.values() if order.parked]
    for order in resting + parked:
        key = (order.account_id, order.reserved_asset.asset_id)
        needs[key] = needs.get(key, 0) + reserved_atoms(order)
    sums: dict[AssetId, int] = {}
    for account in state.accounts.values():
        for asset_id, balance in account.balances.items():
            place = f"{account.name} in {state.assets[asset_id].name}"
            need = needs.pop((account.account_id, asset_id), 0)
            _require(balance.reserved_atoms == need, f"reserved of {place} is not what open orders need")
            available = balance.available_atoms
            if account.account_id == ISSUANCE_ACCOUNT:
                _require(-MAX_ATOMS <= available <= 0, f"available of {place} out of range")
            else:
                _require(0 <= available <= MAX_ATOMS, f"available of {place} out of range")
            sums[asset_id] = sums.get(asset_id, 0) + available + balance.reserved_atoms
    _require(not needs, "an open order has no balance behind it")
    for asset_id, total in sums.items():
        _require(total == 0, f"{state.assets[asset_id].name} does not sum to zero")
