"""Reads the engine's whole state from rows (see `state`)."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

from exchange_server.engine.accounts import Account
from exchange_server.engine.entities import ApiKey, Asset, Market, Protection
from exchange_server.engine.fees import ROUND_UP
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Level, Order
from exchange_server.engine.pegging import begin_following
from exchange_server.engine.risk import reserved_atoms
from exchange_server.engine.specials import Special
from exchange_server.engine.state import MarketRow, OrderRow, SpecialRow, State
from exchange_server.engine.terms import (
    GOOD_TILL_CANCELED,
    PLAIN_ROW,
    SpecialTerms,
    Terms,
    special_of,
    terms_of,
)
from exchange_server.engine.trading import count_special
from exchange_server.engine.types import (
    PPM,
    SIDE_BUY,
    TYPE_PEGGED,
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ppm,
    Ticks,
    TimeNs,
)
from exchange_server.engine.types import Sequence as SequenceNumber

_BY_AGE: Final = attrgetter("order_id")


def load(live: LiveState, state: State) -> None:
    """Read rows into a live state that is still as at genesis."""
    # 1. What the rest refers to.
    for asset_id, name, decimals in state.assets:
        live.add_asset(Asset(AssetId(asset_id), name, decimals))
    for market_row in state.markets:
        live.add_market(_market(live, market_row))
    for market_id, *limits in state.protections:
        live.markets[MarketId(market_id)].protection = Protection(*limits)  # type: ignore[arg-type]
    for account_id, name, create_time_ns, trade_group_id, cancel_time_ns in state.accounts:
        if account_id not in live.accounts:
            live.add_account(Account(AccountId(account_id), name, TimeNs(create_time_ns)))
        if trade_group_id:
            live.trade_groups[AccountId(account_id)] = trade_group_id
        live.switches.set(AccountId(account_id), TimeNs(cancel_time_ns))
    for key_id, account_id, secret_hash, scopes, label, expire_time_ns, revoked in state.api_keys:
        live.add_api_key(
            ApiKey(key_id, AccountId(account_id), secret_hash, scopes, label, TimeNs(expire_time_ns), revoked != 0)
        )
    for account_id, asset_id, available_atoms in state.balances:
        live.accounts[AccountId(account_id)].balance(AssetId(asset_id)).available_atoms = available_atoms

    # 2. Open orders: as they come, because this is how they lie in memory, into the book; into the accounts by age.
    specials = {row[0]: row for row in state.special_orders}
    opened: dict[int, list[Order]] = {account_id: [] for account_id in live.accounts}
    _load_open_orders(live, state.open_orders, specials, opened)
    for row in state.pending_orders:
        book = live.books[row[2]]  # type: ignore[index]
        order = _order(book.market, row, row[7], specials)  # type: ignore[arg-type]
        order.level = order.prev = order.next = None
        if order.parked:
            begin_following(live, book, order)
            balance = live.accounts[order.account_id].balance(order.reserved_asset.asset_id)
            balance.reserved_atoms += reserved_atoms(order)
        elif order.open_lots:
            book.waiting.add(order)
        _join_list(live, order)
        opened[order.account_id].append(order)
        assert isinstance(order.terms, SpecialTerms)
        _note_expiry(live, order, order.terms)
    for account_id, orders in opened.items():
        account = live.accounts[AccountId(account_id)]
        orders.sort(key=_BY_AGE)
        account.open_orders = {order.order_id: order for order in orders}
        client_orders = account.client_orders
        for order in orders:
            if order.client_order_id:
                client_orders[order.client_order_id] = order

    # 3. What is remembered.
    for row in state.closed_orders:
        order = _order(live.markets[row[2]], row, row[7], specials)  # type: ignore[arg-type,index]
        account = live.accounts[order.account_id]
        if order.client_order_id:
            account.client_orders[order.client_order_id] = order
        account.remember(order)
    for account_id, credit_id, asset_id, amount_atoms in state.credits:
        live.accounts[AccountId(account_id)].remember_credit(credit_id, AssetId(asset_id), Atoms(amount_atoms))

    # 4. Where it stands.
    sequence, time_ns, event_digest, next_account_id, extra_orders = state.counters[0]
    live.first_order_id = OrderId(live.first_order_id + extra_orders)
    live.sequence = SequenceNumber(sequence)
    live.time_ns = TimeNs(time_ns)
    live.event_digest = event_digest
    live.next_account_id = AccountId(next_account_id)


def _load_open_orders(
    live: LiveState, rows: Iterable[OrderRow], specials: dict[int, SpecialRow], opened: dict[int, list[Order]]
) -> None:
    """Let a million orders rest in a second or two: a plain one takes no call, and a level is looked up once."""
    market: Market | None = None
    level: Level | None = None
    last: Order | None = None
    lots: int = 0
    price = Ticks(0)
    at_market = at_side = atoms_per_lot = micro_per_lot = 0
    needs: dict[int, int] = {}
    terms: Terms = GOOD_TILL_CANCELED
    for row in rows:
        # fmt: off
        (order_id, account_id, market_id, side, type, time_in_force, post_only, price_ticks, quantity_lots,
         client_order_id, create_time_ns, open_lots, cost_atoms, fee_atoms, fee_excess_micro, _, close_reason,
         update_time_ns) = row
        # fmt: on
        if specials and order_id in specials:
            if level is not None:
                _end_level(level, last, lots)
                level = None
            _load_special_order(live, row, specials, opened)
            continue

        # 1. Its level: mostly that of the order before.
        if level is None or market is None or price_ticks != price or side != at_side or market_id != at_market:
            if level is not None:
                _end_level(level, last, lots)
            if side != at_side or market_id != at_market:
                _reserve(live, at_market, at_side, needs)
                needs = {}
            at_market, at_side = market_id, side
            book = live.books[MarketId(market_id)]
            market = book.market
            level = book.own(side).level(Ticks(price_ticks))
            price = level.price_ticks
            last = level.last
            lots = level.total_lots
            if side == SIDE_BUY:
                micro_per_lot = price * market.quote_atoms_per_tick_lot * market.worst_cost_ppm
            else:
                atoms_per_lot = market.base_atoms_per_lot

        # 2. The order, behind the one before. A million rows: naming the unit of each number would take longer than
        #    reading it.
        order = Order()
        order.order_id = order_id  # type: ignore[assignment]
        order.account_id = account_id  # type: ignore[assignment]
        order.market = market
        order.side = side
        if type != terms.type or time_in_force != terms.time_in_force or (post_only != 0) != terms.post_only:
            terms = terms_of(type, time_in_force, post_only != 0)
        order.terms = terms
        order.price_ticks = price
        order.quantity_lots = quantity_lots  # type: ignore[assignment]
        order.client_order_id = client_order_id
        order.create_time_ns = create_time_ns  # type: ignore[assignment]
        order.open_lots = open_lots  # type: ignore[assignment]
        order.cost_atoms = cost_atoms  # type: ignore[assignment]
        order.fee_micro = fee_micro = fee_atoms * PPM - fee_excess_micro
        order.close_reason = close_reason
        order.update_time_ns = update_time_ns  # type: ignore[assignment]
        order.level = level
        order.prev = last
        order.next = None
        if last is None:
            level.first = order
        else:
            last.next = order
        last = order
        lots += open_lots

        # 3. Its owner's list, and what it reserves (see `risk`).
        opened[account_id].append(order)
        if side != SIDE_BUY:
            need = open_lots * atoms_per_lot
        elif fee_micro:
            need = reserved_atoms(order)
        else:
            need = (open_lots * micro_per_lot + ROUND_UP) // PPM
        needs[account_id] = needs.get(account_id, 0) + need
    if level is not None:
        _end_level(level, last, lots)
    _reserve(live, at_market, at_side, needs)


def _end_level(level: Level, last: Order | None, total_lots: int) -> None:
    level.last = last
    level.total_lots = Lots(total_lots)


def _reserve(live: LiveState, market_id: int, side: int, needs: dict[int, int]) -> None:
    """Add to what accounts reserve what their orders of one side of a market can cost."""
    if not needs:
        return
    market = live.markets[MarketId(market_id)]
    asset = market.quote if side == SIDE_BUY else market.base
    for account_id, need in needs.items():
        live.accounts[AccountId(account_id)].balance(asset.asset_id).reserved_atoms += need


def _load_special_order(
    live: LiveState, row: OrderRow, specials: dict[int, SpecialRow], opened: dict[int, list[Order]]
) -> None:
    """Let an order rest that has special terms."""
    book = live.books[MarketId(row[2])]
    order = _order(book.market, row, Ticks(row[7]), specials)
    # Of a pegged order the price is its limit, and stands beside others only by chance.
    level = book.own(order.side).level(order.pegged_price_ticks or order.price_ticks)
    if order.type == TYPE_PEGGED:
        begin_following(live, book, order)
    else:
        order.price_ticks = level.price_ticks
    level.append(order)
    opened[order.account_id].append(order)
    live.accounts[order.account_id].balance(order.reserved_asset.asset_id).reserved_atoms += reserved_atoms(order)
    assert isinstance(order.terms, SpecialTerms)
    _note_expiry(live, order, order.terms)
    count_special(book, order, 1)
    _join_list(live, order)


def _join_list(live: LiveState, order: Order) -> None:
    if order.role:
        members = live.order_lists.get(order.list_id, ())
        live.order_lists[order.list_id] = tuple(sorted((*members, order.order_id)))


def _note_expiry(live: LiveState, order: Order, terms: SpecialTerms) -> None:
    if terms.expire_time_ns:
        live.expiries.add(terms.expire_time_ns, order.order_id, order.account_id)


def _order(market: Market, row: OrderRow, price_ticks: Ticks, specials: dict[int, SpecialRow]) -> Order:
    # Many rows: naming the unit of each number would take longer than reading it.
    order = Order()
    order.order_id = row[0]  # type: ignore[assignment]
    order.account_id = row[1]  # type: ignore[assignment]
    order.market = market
    order.side = row[3]
    special = specials.get(row[0]) if specials else None
    if special is None:
        order.terms = terms_of(row[4], row[5], row[6] != 0)
    else:
        order.terms = special_of(row[4], row[5], row[6] != 0, special[1:])
        order.special = Special.of_row(special[1 + len(PLAIN_ROW) :])
    order.price_ticks = price_ticks
    order.quantity_lots = row[8]  # type: ignore[assignment]
    order.client_order_id = row[9]
    order.create_time_ns = row[10]  # type: ignore[assignment]
    order.open_lots = row[11]  # type: ignore[assignment]
    order.cost_atoms = row[12]  # type: ignore[assignment]
    order.fee_micro = row[13] * PPM - row[14]
    order.close_reason = row[16]
    order.update_time_ns = row[17]  # type: ignore[assignment]
    return order


def _market(live: LiveState, row: MarketRow) -> Market:
    market = Market(
        MarketId(row[0]),
        live.assets[AssetId(row[1])],
        live.assets[AssetId(row[2])],
        row[3],
        row[4],
        row[5],
        row[6],
        Atoms(row[7]),
        Ppm(row[8]),
        Ppm(row[9]),
        row[10],
        row[11],
        row[12],
        row[13],
    )
    market.last_price_ticks = Ticks(row[14])
    return market
