"""Settlement: a trade moves money between three accounts; an order that ends gives back what it reserved.

Plain integers are marked as what they are (`type: ignore`) instead of being called so: a dozen calls a trade would
cost as much as the rest of it.
"""

from exchange_server.engine import risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderClosed, Trade
from exchange_server.engine.fees import ROUND_UP
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.matching import Matches
from exchange_server.engine.orders import Order
from exchange_server.engine.pegging import end_following
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import CLOSE_SELF_TRADE, FEE_ACCOUNT, PPM, SIDE_BUY, TYPE_PEGGED, Atoms, Lots, Ticks


def settle(state: LiveState, changes: Changes, account: Account, taker: Order, matches: Matches) -> None:
    """Execute an order against what it meets, each at the maker's price; own orders that it meets expire.

    A maker pays out of what it reserved, and what a buy reserved beyond is available again at once. The taker pays
    out of its available balance: its need was checked before, and it reserves only what is left to rest.
    """
    market = taker.market
    base_id = market.base.asset_id
    quote_id = market.quote.asset_id
    opposite = state.books[market.market_id].opposite(taker.side)
    taker_buys = taker.side == SIDE_BUY
    events = changes.events
    touched = changes.balances
    trade_id = market.next_trade_id
    fees = paid_quote = received_base = 0
    open_lots = taker.open_lots
    taker_cost: Atoms = taker.cost_atoms
    taker_micro = 0
    taker_charged: Atoms = 0  # type: ignore[assignment]
    price: Ticks = 0  # type: ignore[assignment]
    for maker, lots in matches.makers:
        if lots == 0:
            end_open(state, changes, maker, CLOSE_SELF_TRADE)
            continue

        # 1. Fill both orders. A fee is what the rounded sum of all fees grows by.
        price = maker.price_ticks
        cost: Atoms = price * lots * market.quote_atoms_per_tick_lot  # type: ignore[assignment]
        base = lots * market.base_atoms_per_lot
        open_before = maker.open_lots
        micro_before = maker.fee_micro
        left: Lots = open_before - lots  # type: ignore[assignment]
        maker_cost: Atoms = maker.cost_atoms + cost  # type: ignore[assignment]
        maker.open_lots = left
        maker.fee_micro = micro = micro_before + cost * market.maker_fee_ppm
        maker.cost_atoms = maker_cost
        maker.update_time_ns = state.time_ns
        maker_charged: Atoms = (micro + ROUND_UP) // PPM  # type: ignore[assignment]
        maker_fee = maker_charged
        if micro_before:
            maker_fee = maker_charged - (micro_before + ROUND_UP) // PPM  # type: ignore[assignment]
        taker_micro += cost * market.taker_fee_ppm
        charged_before = taker_charged
        taker_charged = (taker_micro + ROUND_UP) // PPM  # type: ignore[assignment]
        taker_fee: Atoms = taker_charged - charged_before  # type: ignore[assignment]
        taker_cost = taker_cost + cost  # type: ignore[assignment]
        open_lots = open_lots - lots  # type: ignore[assignment]

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
            released = risk.buy_need(market, price, open_before, micro_before)
            if left:
                released -= risk.buy_need(market, price, left, micro)
            maker_base.available_atoms += base
            maker_quote.available_atoms += released - cost - maker_fee
            maker_quote.reserved_atoms -= released
            paid_quote -= cost - taker_fee
            received_base -= base
        fees += maker_fee + taker_fee
        touched[maker_base] = touched[maker_quote] = None

        # 3. Report it.
        state.event_digest = (state.event_digest * DIGEST_MULTIPLIER + cost + maker_fee) & DIGEST_MASK
        trade = Trade()
        trade.auction = False
        trade.trade_id = trade_id  # type: ignore[assignment]
        trade.maker = maker
        trade.taker = taker
        trade.price_ticks = price
        trade.quantity_lots = lots
        trade.cost_atoms = cost
        trade.maker_fee_atoms = maker_fee
        trade.taker_fee_atoms = taker_fee
        trade.maker_open_lots = left
        trade.maker_total_cost_atoms = maker_cost
        trade.maker_total_fee_atoms = maker_charged
        trade.taker_open_lots = open_lots
        trade.taker_total_cost_atoms = taker_cost
        trade.taker_total_fee_atoms = taker_charged
        events.append(trade)
        trade_id += 1

        # 4. Shrink the maker's place in the book, which it keeps unless it is filled.
        level = maker.level
        assert level is not None
        level.total_lots = level.total_lots - lots  # type: ignore[assignment]
        changes.levels[level] = None
        if left == 0:
            if isinstance(maker.terms, SpecialTerms) and maker.decremented_lots:
                # Not all of it was executed.
                maker.close_reason = CLOSE_SELF_TRADE
            opposite.remove(maker, left)
            del maker_account.open_orders[maker.order_id]
            maker_account.remember(maker)
            events.append(OrderClosed(maker))
    market.next_trade_id = trade_id
    if received_base:
        market.last_price_ticks = price

    # 5. Move the taker's money and the fees, unless it met only its own orders.
    if received_base == 0:
        return
    taker.open_lots = open_lots
    taker.cost_atoms = taker_cost
    taker.fee_micro = taker_micro
    taker_base = account.balances.get(base_id) or account.balance(base_id)
    taker_quote = account.balances.get(quote_id) or account.balance(quote_id)
    fee_quote = state.accounts[FEE_ACCOUNT].balance(quote_id)
    taker_base.available_atoms += received_base
    taker_quote.available_atoms -= paid_quote
    fee_quote.available_atoms += fees
    touched[taker_base] = touched[taker_quote] = touched[fee_quote] = None


def end_open(state: LiveState, changes: Changes, order: Order, reason: int) -> None:
    """End an open order that is not filled: out of the book, its reservation back to its owner."""
    account = state.accounts[order.account_id]
    if order.level is not None:
        changes.levels[state.books[order.market.market_id].own(order.side).remove(order, order.visible_lots)] = None
    if order.terms.type == TYPE_PEGGED:
        end_following(state, order)
    del account.open_orders[order.order_id]
    account.remember(order)
    released = risk.reserved_atoms(order)
    balance = account.balance(order.reserved_asset.asset_id)
    balance.reserved_atoms -= released
    balance.available_atoms += released
    changes.balances[balance] = None
    order.close_reason = reason
    order.update_time_ns = state.time_ns
    changes.events.append(OrderClosed(order))
