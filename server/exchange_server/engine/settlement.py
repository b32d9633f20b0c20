"""Settlement: a trade moves money between three accounts; an order that ends gives back what it reserved."""

from exchange_server.engine import risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderClosed, Trade
from exchange_server.engine.fees import charged
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.types import (
    CLOSE_NONE,
    FEE_ACCOUNT,
    ORDER_FILLED,
    SIDE_BUY,
    SIDE_SELL,
    Atoms,
    Lots,
    TradeId,
)


def settle_trade(state: LiveState, changes: Changes, book: Book, maker: Order, taker: Order, lots: Lots) -> None:
    """Execute `lots` at the maker's price.

    The maker pays out of what it reserved, and what a buy reserved beyond is available again at once. The taker pays
    out of its available balance: its need was checked before, and it reserves only what is left to rest.
    """
    market = book.market
    price = maker.price_ticks
    cost = price * lots * market.quote_atoms_per_tick_lot
    base = lots * market.base_atoms_per_lot
    maker_need = risk.reserved_atoms(maker)

    # 1. Fill both orders.
    maker_fee = _fill(maker, lots, cost, market.maker_fee_ppm)
    taker_fee = _fill(taker, lots, cost, market.taker_fee_ppm)
    maker_released = maker_need - risk.reserved_atoms(maker)

    # 2. Move the money: base to the buyer, quote to the seller, fees to the fee account.
    maker_account = state.accounts[maker.account_id]
    taker_account = state.accounts[taker.account_id]
    maker_base = maker_account.balance(market.base.asset_id)
    maker_quote = maker_account.balance(market.quote.asset_id)
    taker_base = taker_account.balance(market.base.asset_id)
    taker_quote = taker_account.balance(market.quote.asset_id)
    fees = state.accounts[FEE_ACCOUNT].balance(market.quote.asset_id)
    if maker.side == SIDE_BUY:
        maker_quote.reserved_atoms = Atoms(maker_quote.reserved_atoms - maker_released)
        maker_quote.available_atoms = Atoms(maker_quote.available_atoms + maker_released - cost - maker_fee)
        maker_base.available_atoms = Atoms(maker_base.available_atoms + base)
        taker_base.available_atoms = Atoms(taker_base.available_atoms - base)
        taker_quote.available_atoms = Atoms(taker_quote.available_atoms + cost - taker_fee)
    else:
        maker_base.reserved_atoms = Atoms(maker_base.reserved_atoms - maker_released)
        maker_quote.available_atoms = Atoms(maker_quote.available_atoms + cost - maker_fee)
        taker_base.available_atoms = Atoms(taker_base.available_atoms + base)
        taker_quote.available_atoms = Atoms(taker_quote.available_atoms - cost - taker_fee)
    fees.available_atoms = Atoms(fees.available_atoms + maker_fee + taker_fee)
    changes.touch_balance(taker_base)
    changes.touch_balance(taker_quote)
    changes.touch_balance(maker_base)
    changes.touch_balance(maker_quote)
    changes.touch_balance(fees)

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
            maker.fee_atoms,
            taker.open_lots,
            taker.cost_atoms,
            taker.fee_atoms,
        )
    )
    state.digest(maker.order_id, cost, maker_fee * 31 + taker_fee)

    # 4. Shrink the maker's place in the book, which it keeps unless it is filled.
    side = book.bids if maker.side == SIDE_BUY else book.asks
    level = side.reduce(maker, lots)
    changes.touch_level(level)
    maker.update_time_ns = state.time_ns
    if maker.open_lots == 0:
        side.remove(maker)
        maker_account.remove_open(maker)
        close(changes, maker_account, maker, ORDER_FILLED, CLOSE_NONE)


def expire_resting(state: LiveState, changes: Changes, book: Book, order: Order, status: int, reason: int) -> None:
    """End an open order: out of the book, its reservation back to its owner."""
    account = state.accounts[order.account_id]
    changes.touch_level((book.bids if order.side == SIDE_BUY else book.asks).remove(order))
    account.remove_open(order)
    released = risk.reserved_atoms(order)
    asset = book.market.base if order.side == SIDE_SELL else book.market.quote
    balance = account.balance(asset.asset_id)
    balance.reserved_atoms = Atoms(balance.reserved_atoms - released)
    balance.available_atoms = Atoms(balance.available_atoms + released)
    changes.touch_balance(balance)
    order.update_time_ns = state.time_ns
    close(changes, account, order, status, reason)


def close(changes: Changes, account: Account, order: Order, status: int, reason: int) -> None:
    """Give an order that is in no book its last status."""
    order.status = status
    order.close_reason = reason
    account.remember_closed(order)
    changes.state.digest(order.order_id, status, reason)
    changes.events.append(OrderClosed(order))


def _fill(order: Order, lots: Lots, cost: int, rate_ppm: int) -> int:
    """Book a fill on an order; return the fee that it adds, negative for a rebate."""
    before = charged(order.fee_micro)
    order.fee_micro += cost * rate_ppm
    order.cost_atoms = Atoms(order.cost_atoms + cost)
    order.open_lots = Lots(order.open_lots - lots)
    return charged(order.fee_micro) - before
