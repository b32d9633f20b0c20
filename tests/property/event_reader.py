"""Somebody who knows an exchange by its events alone: what they say must be what the engine has, and no more often."""

from dataclasses import dataclass

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.events import (
    BalanceChanged,
    CancelReplaced,
    Event,
    LevelChanged,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderClosed,
    OrderDecremented,
    OrderDeduplicated,
    OrderMoved,
    OrderRested,
    OrderTriggered,
    Trade,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms


@dataclass
class Known:
    """An order as the events tell it; `open_lots` is −1 while it is not told, of an order by quote amount."""

    order: Order
    open_lots: int
    update_time_ns: int
    cost_atoms: int = 0
    fee_atoms: int = 0
    decremented_lots: int = 0


class EventReader:
    """Reads every event, from a state in which no order is open and none was."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.trade_ids: dict[int, int] = {
            market_id: market.next_trade_id for market_id, market in engine.markets.items()
        }
        self.open: dict[int, Known] = {}
        self.closed: dict[int, Known] = {}
        self.levels: dict[tuple[int, int, int], int] = {}
        self.balances = {
            (account_id, asset_id): (available, reserved)
            for account_id in engine.accounts
            for asset_id, available, reserved in engine.balances(account_id)
        }

    def read(self, events: list[Event]) -> None:
        """Read the events of one command, and compare what is known then with what is."""
        said: set[tuple[object, ...]] = set()
        for event in events:
            if isinstance(events[0], CancelReplaced):
                # Its parts are told like commands of their own.
                said.clear()
            if isinstance(event, LevelChanged):
                self._level(said, event.market_id, event.side, event.price_ticks, event.quantity_lots)
            elif isinstance(event, BalanceChanged):
                self._balance(said, event.account_id, event.asset_id, event.available_atoms, event.reserved_atoms)
            elif isinstance(event, OrderRested | OrderCanceled):
                self._in_one_event(said, event)
            elif isinstance(event, Trade):
                self._trade(event)
            else:
                self._order(event)
        self._compare()

    def _level(self, said: set[tuple[object, ...]], market: int, side: int, price: int, lots: int) -> None:
        assert ("level", market, side, price) not in said
        said.add(("level", market, side, price))
        self.levels[market, side, price] = lots

    def _balance(
        self, said: set[tuple[object, ...]], account: t.AccountId, asset: t.AssetId, available: int, reserved: int
    ) -> None:
        assert ("balance", account, asset) not in said
        said.add(("balance", account, asset))
        self.balances[account, asset] = t.Atoms(available), t.Atoms(reserved)

    def _in_one_event(self, said: set[tuple[object, ...]], event: OrderRested | OrderCanceled) -> None:
        order = event.order
        if isinstance(event, OrderRested):
            self.open[order.order_id] = Known(order, order.quantity_lots, self.engine.time_ns)
        else:
            self._end(order)
        self._level(said, order.market.market_id, order.side, order.price_ticks, event.level_lots)
        asset = order.reserved_asset.asset_id
        self._balance(said, order.account_id, asset, event.available_atoms, event.reserved_atoms)

    def _trade(self, trade: Trade) -> None:
        market = trade.maker.market
        assert trade.trade_id == self.trade_ids[market.market_id]
        self.trade_ids[market.market_id] += 1
        assert trade.cost_atoms == trade.price_ticks * trade.quantity_lots * market.quote_atoms_per_tick_lot
        maker, taker = self._known(trade.maker), self._known(trade.taker)
        if taker.open_lots < 0:
            taker.open_lots = trade.taker_open_lots + trade.quantity_lots
        for known, fee in ((maker, trade.maker_fee_atoms), (taker, trade.taker_fee_atoms)):
            known.open_lots -= trade.quantity_lots
            known.cost_atoms += trade.cost_atoms
            known.fee_atoms += fee
        assert (trade.maker_open_lots, trade.taker_open_lots) == (maker.open_lots, taker.open_lots)
        assert (trade.maker_total_cost_atoms, trade.taker_total_cost_atoms) == (maker.cost_atoms, taker.cost_atoms)
        assert (trade.maker_total_fee_atoms, trade.taker_total_fee_atoms) == (maker.fee_atoms, taker.fee_atoms)

    def _order(self, event: Event) -> None:
        if isinstance(event, OrderAccepted):
            order = event.order
            by_amount = isinstance(order.terms, SpecialTerms) and order.terms.quote_amount_atoms > 0
            # An exit of a bracket is accepted with nothing and grows.
            lots = -1 if by_amount else self._accepted_lots(order)
            self.open[order.order_id] = Known(order, lots, self.engine.time_ns)
        elif isinstance(event, OrderAmended):
            known = self._succeed(event.before, event.order)
            known.open_lots += event.order.quantity_lots - event.before.quantity_lots
            said = (event.open_lots, event.cost_atoms, event.fee_atoms)
            assert said == (known.open_lots, known.cost_atoms, known.fee_atoms)
        elif isinstance(event, OrderTriggered):
            self._succeed(event.before, event.order)
        elif isinstance(event, OrderMoved):
            known = self._known(event.order, same=False)
            known.order = event.order
            said = (event.open_lots, event.cost_atoms, event.fee_atoms)
            assert said == (known.open_lots, known.cost_atoms, known.fee_atoms)
        elif isinstance(event, OrderDecremented):
            known = self._known(event.order, same=False)
            known.order = event.order
            known.open_lots -= event.lots
            known.decremented_lots += event.lots
            assert (event.open_lots, event.prevented_lots) == (known.open_lots, known.decremented_lots)
        elif isinstance(event, OrderClosed):
            self._end(event.order)
        elif isinstance(event, OrderDeduplicated):
            self._repeated(event)

    def _repeated(self, event: OrderDeduplicated) -> None:
        order_id = event.order.order_id
        known = self.open.get(order_id) or self.closed[order_id]
        order = known.order
        assert event.order is order
        assert (event.cost_atoms, event.fee_atoms) == (known.cost_atoms, known.fee_atoms)
        assert known.open_lots in (event.open_lots, -1)
        assert event.update_time_ns == known.update_time_ns
        assert (event.status, event.close_reason) == (order.status, order.close_reason)

    def _accepted_lots(self, order: Order) -> int:
        """What an order entered with: what was sent."""
        return order.special.sent_quantity_lots if isinstance(order.terms, SpecialTerms) else order.quantity_lots

    def _known(self, order: Order, same: bool = True) -> Known:
        """What is known of an order that an event is about: the object that the last event of it named."""
        known = self.open[order.order_id]
        assert known.order is order or not same
        known.update_time_ns = self.engine.time_ns
        return known

    def _succeed(self, before: Order, order: Order) -> Known:
        assert order.order_id == before.order_id
        known = self._known(before)
        known.order = order
        return known

    def _end(self, order: Order) -> None:
        known = self._known(order)
        if known.open_lots >= 0:
            self._compare_order(known)
        self.closed[order.order_id] = self.open.pop(order.order_id)

    def _compare_order(self, known: Known) -> None:
        order = known.order
        assert (order.open_lots, order.cost_atoms, order.fee_atoms, order.decremented_lots, order.update_time_ns) == (
            *(known.open_lots, known.cost_atoms, known.fee_atoms, known.decremented_lots),
            known.update_time_ns,
        )

    def _compare(self) -> None:
        engine = self.engine
        is_open = {order.order_id: order for account in engine.accounts for order in engine.open_orders(account)}
        assert is_open.keys() == self.open.keys()
        for order_id, known in self.open.items():
            assert is_open[t.OrderId(order_id)] is known.order
            self._compare_order(known)
        told = {level: lots for level, lots in self.levels.items() if lots}
        assert told == {
            (market_id, side, price): lots
            for market_id in engine.markets
            for side in (t.SIDE_BUY, t.SIDE_SELL)
            for price, lots in engine.levels(market_id, side)
        }
        for account_id in engine.accounts:
            for asset_id, *amounts in engine.balances(account_id):
                assert self.balances.get((account_id, asset_id), (0, 0)) == tuple(amounts)
