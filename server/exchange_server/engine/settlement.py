"""Settlement: a trade moves money between three accounts; an order that ends gives back what it reserved."""

from exchange_server.engine import risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderClosed, Trade
from exchange_server.engine.fees import charged
from exchange_server.engine.live import LiveState
from exchange_server.engine.matching import Matches
from exchange_server.engine.orders import Order
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_SELF_TRADE,
    FEE_ACCOUNT,
    ORDER_EXPIRED,
    ORDER_FILLED,
    SIDE_BUY,
    SIDE_SELL,
    Atoms,
    Lots,
    TradeId,
)


def settle(state: LiveState, changes: Changes, book: Book, account: Account, taker: Order, matches: Matches) -> None:
    """Execute an order against what it meets, each at the maker's price; own orders that it meets expire.

    A maker pays out of what it reserved, and what a buy reserved beyond is available again at once. The taker pays
    out of its available balance: its need was checked before, and it reserves only what is left to rest.
    """
    market = book.market
    taker_buys = taker.side == SIDE_BUY
    side = book.asks if taker_buys else book.bids
    fees = 0
    paid_quote = 0
    received_base = 0
    for maker, lots in zip(matches.makers, matches.lots, strict=True):
        if lots == 0:
            end_open(state, changes, book, maker, ORDER_EXPIRED, CLOSE_SELF_TRADE)
            continue

        # 1. Fill both orders.
        price = maker.price_ticks
        cost = price * lots * market.quote_atoms_per_tick_lot
        base = lots * market.base_atoms_per_lot
        need = risk.reserved_atoms(maker)
        maker_fee = _fill(maker, lots, cost, market.maker_fee_ppm)
        taker_fee = _fill(taker, lots, cost, market.taker_fee_ppm)
        fees += maker_fee + taker_fee

        # 2. Move the maker's money; the taker's and the fees are summed up.
        maker_account = state.accounts[maker.account_id]
        maker_base = maker_account.balance(market.base.asset_id)
        maker_quote = maker_account.balance(market.quote.asset_id)
        if taker_buys:
            maker_base.reserved_atoms = Atoms(maker_base.reserved_atoms - base)
            maker_quote.available_atoms = Atoms(maker_quote.available_atoms + cost - maker_fee)
            paid_quote += cost + taker_fee
            received_base += base
        else:
            released = need - risk.reserved_atoms(maker)
            maker_base.available_atoms = Atoms(maker_base.available_atoms + base)
            maker_quote.available_atoms = Atoms(maker_quote.available_atoms + released - cost - maker_fee)
            maker_quote.reserved_atoms = Atoms(maker_quote.reserved_atoms - released)
            paid_quote -= cost - taker_fee
            received_base -= base
        changes.touch_balance(maker_base)
        changes.touch_balance(maker_quote)

        # 3. Report it.
        trade_id = market.next_trade_id
        market.next_trade_id = trade_id + 1
        changes.events.append(
            Trade(
                TradeId(trade_id),
                maker,
                taker,
                price,
                lots,
                Atoms(cost),
                Atoms(maker_fee),
                Atoms(taker_fee),
                maker.open_lots,
                maker.cost_atoms,
                charged(maker.fee_micro),
                taker.open_lots,
                taker.cost_atoms,
                charged(taker.fee_micro),
            )
        )
        state.digest(maker.order_id, cost, maker_fee + taker_fee)

        # 4. Shrink the maker's place in the book, which it keeps unless it is filled.
        maker.update_time_ns = state.time_ns
        changes.touch_level(side.reduce(maker, lots))
        if maker.open_lots == 0:
            side.remove(maker)
            del maker_account.open_orders[maker.order_id]
            maker_account.remember(maker)
            end(changes, maker, ORDER_FILLED, CLOSE_NONE)

    # 5. Move the taker's money and the fees, unless it met only its own orders.
    if received_base == 0:
        return
    taker_base = account.balance(market.base.asset_id)
    taker_quote = account.balance(market.quote.asset_id)
    fee_quote = state.accounts[FEE_ACCOUNT].balance(market.quote.asset_id)
    taker_base.available_atoms = Atoms(taker_base.available_atoms + received_base)
    taker_quote.available_atoms = Atoms(taker_quote.available_atoms - paid_quote)
    fee_quote.available_atoms = Atoms(fee_quote.available_atoms + fees)
    changes.touch_balance(taker_base)
    changes.touch_balance(taker_quote)
    changes.touch_balance(fee_quote)


def end_open(state: LiveState, changes: Changes, book: Book, order: Order, status: int, reason: int) -> None:
    """End an open order: out of the book, its reservation back to its owner."""
    account = state.accounts[order.account_id]
    changes.touch_level((book.bids if order.side == SIDE_BUY else book.asks).remove(order))
    del account.open_orders[order.order_id]
    account.remember(order)
    released = risk.reserved_atoms(order)
    asset = book.market.base if order.side == SIDE_SELL else book.market.quote
    balance = account.balance(asset.asset_id)
    balance.reserved_atoms = Atoms(balance.reserved_atoms - released)
    balance.available_atoms = Atoms(balance.available_atoms + released)
    changes.touch_balance(balance)
    order.update_time_ns = state.time_ns
    end(changes, order, status, reason)


def end(changes: Changes, order: Order, status: int, reason: int) -> None:
    """Give an order that is in no book its last status."""
    order.status = status
    order.close_reason = reason
    changes.events.append(OrderClosed(order))


def _fill(order: Order, lots: Lots, cost: int, rate_ppm: int) -> int:
    """Book a fill on an order; return the fee that it adds, negative for a rebate."""
    before = charged(order.fee_micro)
    order.fee_micro += cost * rate_ppm
    order.cost_atoms = Atoms(order.cost_atoms + cost)
    order.open_lots = Lots(order.open_lots - lots)
    return charged(order.fee_micro) - before
