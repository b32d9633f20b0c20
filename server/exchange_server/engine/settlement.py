"""Settlement: a trade moves money between three accounts; an order that ends gives back what it reserved."""

from exchange_server.engine import risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderClosed, Trade
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.matching import Matches
from exchange_server.engine.orders import Order
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_SELF_TRADE,
    FEE_ACCOUNT,
    ORDER_EXPIRED,
    ORDER_FILLED,
    PPM,
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
    base_id = market.base.asset_id
    quote_id = market.quote.asset_id
    taker_buys = taker.side == SIDE_BUY
    side = book.asks if taker_buys else book.bids
    events = changes.events
    digest = state.event_digest
    fees = paid_quote = received_base = 0
    open_lots: int = taker.open_lots
    taker_cost: int = taker.cost_atoms
    taker_micro = 0
    taker_charged = 0
    for maker, lots in zip(matches.makers, matches.lots, strict=True):
        if lots == 0:
            end_open(state, changes, book, maker, ORDER_EXPIRED, CLOSE_SELF_TRADE)
            continue

        # 1. Fill both orders. A fee is what the rounded sum of all fees grows by.
        price = maker.price_ticks
        cost = price * lots * market.quote_atoms_per_tick_lot
        base = lots * market.base_atoms_per_lot
        need = 0 if taker_buys else risk.buy_need(market, price, maker.open_lots, maker.fee_micro)
        maker_micro = maker.fee_micro + cost * market.maker_fee_ppm
        maker_charged = -(-maker_micro // PPM)
        maker_fee = maker_charged + (-maker.fee_micro // PPM)
        maker.fee_micro = maker_micro
        maker.cost_atoms = Atoms(maker.cost_atoms + cost)
        maker.open_lots = left = Lots(maker.open_lots - lots)
        maker.update_time_ns = state.time_ns
        taker_micro += cost * market.taker_fee_ppm
        taker_fee = -(-taker_micro // PPM) - taker_charged
        taker_charged += taker_fee
        taker_cost += cost
        open_lots -= lots

        # 2. Move the maker's money; the taker's and the fees are summed up.
        maker_account = state.accounts[maker.account_id]
        maker_base = maker_account.balances.get(base_id) or maker_account.balance(base_id)
        maker_quote = maker_account.balances.get(quote_id) or maker_account.balance(quote_id)
        if taker_buys:
            maker_base.reserved_atoms -= base
            maker_quote.available_atoms += cost - maker_fee
            paid_quote += cost + taker_fee
            received_base += base
        else:
            released = need - risk.buy_need(market, price, left, maker_micro)
            maker_base.available_atoms += base
            maker_quote.available_atoms += released - cost - maker_fee
            maker_quote.reserved_atoms -= released
            paid_quote -= cost - taker_fee
            received_base -= base
        fees += maker_fee + taker_fee
        changes.touch_balance(maker_base)
        changes.touch_balance(maker_quote)

        # 3. Report it.
        trade_id = market.next_trade_id
        market.next_trade_id = trade_id + 1
        digest = (digest * DIGEST_MULTIPLIER + cost + maker_fee) & DIGEST_MASK
        events.append(
            Trade(
                TradeId(trade_id),
                maker,
                taker,
                price,
                lots,
                Atoms(cost),
                Atoms(maker_fee),
                Atoms(taker_fee),
                left,
                maker.cost_atoms,
                Atoms(maker_charged),
                Lots(open_lots),
                Atoms(taker_cost),
                Atoms(taker_charged),
            )
        )

        # 4. Shrink the maker's place in the book, which it keeps unless it is filled.
        changes.touch_level(side.reduce(maker, lots))
        if left == 0:
            side.remove(maker)
            del maker_account.open_orders[maker.order_id]
            maker_account.remember(maker)
            end(changes, maker, ORDER_FILLED, CLOSE_NONE)
    state.event_digest = digest

    # 5. Move the taker's money and the fees, unless it met only its own orders.
    if received_base == 0:
        return
    taker.open_lots = Lots(open_lots)
    taker.cost_atoms = Atoms(taker_cost)
    taker.fee_micro = taker_micro
    taker_base = account.balance(base_id)
    taker_quote = account.balance(quote_id)
    fee_quote = state.accounts[FEE_ACCOUNT].balance(quote_id)
    taker_base.available_atoms += received_base
    taker_quote.available_atoms -= paid_quote
    fee_quote.available_atoms += fees
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
    balance.reserved_atoms -= released
    balance.available_atoms += released
    changes.touch_balance(balance)
    order.update_time_ns = state.time_ns
    end(changes, order, status, reason)


def end(changes: Changes, order: Order, status: int, reason: int) -> None:
    """Give an order that is in no book its last status."""
    order.status = status
    order.close_reason = reason
    changes.events.append(OrderClosed(order))
