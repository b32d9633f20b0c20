"""Writes the engine's whole state as rows (see `state`)."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, Final

from exchange_server.engine.accounts import Account
from exchange_server.engine.book import BookSide
from exchange_server.engine.entities import ApiKey, Market
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.state import AccountRow, ApiKeyRow, MarketRow, OrderRow, ProtectionRow, SpecialRow, State
from exchange_server.engine.terms import SpecialTerms, row_of
from exchange_server.engine.types import (
    PPM,
)

_BY_AGE: Final = attrgetter("order_id")


class RowsAsRead:
    """Rows that are made anew each time they are read: a million tuples take much memory."""

    __slots__ = ("_count", "_rows")

    def __init__(self, rows: Callable[[], Iterator[Any]], count: int) -> None:
        self._rows: Final = rows
        self._count: Final = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return self._rows()

    def __contains__(self, row: object) -> bool:
        return any(each == row for each in self._rows())


def dump(live: LiveState) -> State:
    """Write the live state as rows, which stay as they are whatever happens to it."""
    state = view(live)
    tables: dict[str, Any] = {name: list(rows) for name, rows in state.tables()}
    return State(**tables)


def view(live: LiveState) -> State:
    """Show the live state as rows. Those of orders are made as they are read: before the next command."""
    accounts = [live.accounts[account_id] for account_id in sorted(live.accounts)]
    known = (
        order
        for account in accounts
        for orders in (account.open_orders, account.closed_orders)
        for order in orders.values()
    )
    special = [order for order in known if isinstance(order.terms, SpecialTerms)]
    pending = [order for order in special if order.pending or order.parked]
    special.sort(key=_BY_AGE)
    return State(
        counters=[(live.sequence, live.time_ns, live.event_digest, live.next_account_id, live.extra_orders)],
        assets=[(asset.asset_id, asset.name, asset.decimals) for asset in live.assets.values()],
        markets=[_market_row(market) for market in live.markets.values()],
        protections=[_protection_row(market) for market in live.markets.values() if market.protection is not None],
        accounts=[_account_row(live, account) for account in accounts],
        api_keys=[_api_key_row(live.api_keys[key_id]) for key_id in sorted(live.api_keys)],
        balances=[
            (account.account_id, asset_id, account.balances[asset_id].available_atoms)
            for account in accounts
            for asset_id in sorted(account.balances)
        ],
        special_orders=RowsAsRead(lambda: map(_special_row, special), len(special)),
        open_orders=RowsAsRead(
            lambda: map(_order_row, _open_orders(live)),
            sum(len(account.open_orders) for account in accounts) - len(pending),
        ),
        pending_orders=[_order_row(order) for order in pending],
        closed_orders=RowsAsRead(
            lambda: map(_order_row, _closed_orders(accounts)),
            sum(len(account.closed) for account in accounts),
        ),
        credits=[
            (account.account_id, credit_id, *account.credits[credit_id])
            for account in accounts
            for credit_id in account.credit_ids
        ],
    )


def _open_orders(live: LiveState) -> Iterator[Order]:
    for book in live.books.values():
        yield from _side_orders(book.bids)
        yield from _side_orders(book.asks)


def _closed_orders(accounts: list[Account]) -> Iterator[Order]:
    # A generator expression would be a list where it is compiled.
    for account in accounts:
        yield from account.closed


def _side_orders(side: BookSide) -> Iterator[Order]:
    for level in side.best_first():
        order = level.first
        while order is not None:
            yield order
            order = order.next


def _special_row(order: Order) -> SpecialRow:
    return (order.order_id, *row_of(order.terms), *order.special.row())


def _order_row(order: Order) -> OrderRow:
    fee_atoms = order.fee_atoms
    return (
        order.order_id,
        order.account_id,
        order.market.market_id,
        order.side,
        order.type,
        order.time_in_force,
        int(order.post_only),
        order.price_ticks,
        order.quantity_lots,
        order.client_order_id,
        order.create_time_ns,
        order.open_lots,
        order.cost_atoms,
        fee_atoms,
        fee_atoms * PPM - order.fee_micro,
        order.status,
        order.close_reason,
        order.update_time_ns,
    )


def _market_row(market: Market) -> MarketRow:
    return (
        market.market_id,
        market.base.asset_id,
        market.quote.asset_id,
        market.tick_units,
        market.price_decimals,
        market.lot_units,
        market.quantity_decimals,
        market.min_notional_atoms,
        market.maker_fee_ppm,
        market.taker_fee_ppm,
        market.quote_atoms_per_tick_lot,
        market.base_atoms_per_lot,
        market.status,
        market.next_trade_id,
        market.last_price_ticks,
    )


def _protection_row(market: Market) -> ProtectionRow:
    protection = market.protection
    assert protection is not None
    return (
        market.market_id,
        protection.min_lots,
        protection.max_lots,
        protection.min_notional_atoms,
        protection.max_notional_atoms,
        protection.max_open_orders,
        protection.price_band_bps,
        protection.market_protection_bps,
        protection.reference_price_ticks,
    )


def _account_row(live: LiveState, account: Account) -> AccountRow:
    return (
        account.account_id,
        account.name,
        account.create_time_ns,
        live.trade_groups.get(account.account_id, 0),
        live.switches.times.get(account.account_id, 0),
    )


def _api_key_row(api_key: ApiKey) -> ApiKeyRow:
    return (
        api_key.key_id,
        api_key.account_id,
        api_key.secret_hash,
        api_key.scopes,
        api_key.label,
        api_key.expire_time_ns,
        int(api_key.revoked),
    )
