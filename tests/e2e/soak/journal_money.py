"""Money and trades recomputed from a journal by the naive exchange: nothing of the engine is used.

It understands what the bots and `exchange dev` send, as `exchange journal dump` prints it; of anything else it raises,
so that nothing is left out in silence.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from tests.oracle.naive_exchange import (
    FEES,
    ISSUANCE,
    NaiveExchange,
    NaiveMarket,
    NaiveOrder,
    NaiveTrade,
    Outcome,
    Protection,
)

Record = dict[str, Any]
Money = dict[tuple[int, str], int]
"""Atoms by account and asset, what is reserved included."""

FIRST_ACCOUNT = 1001
SYSTEM_ACCOUNTS = {ISSUANCE: 1, FEES: 2}
BUY, LIMIT, EXPIRE_MAKER = 1, 1, 1
TIFS = {1: "GTC", 2: "IOC", 3: "FOK"}
UNUSED = (
    *("quote_amount_atoms", "display_lots", "expire_time_ns", "slide", "trigger_price_ticks", "trailing_offset_ticks"),
    *("trailing_offset_bps", "activation_price_ticks", "peg_reference", "peg_offset_ticks"),
)
"""Fields of an order that no bot sets."""


class _LongLived(NaiveExchange):
    """The naive exchange looks at every order it ever had, at every turn; this one puts those that closed aside."""

    def __init__(self) -> None:
        super().__init__({}, [])
        self.closed: dict[tuple[int, str], NaiveOrder] = {}
        self.trade_counts: Counter[int] = Counter()

    def add_market(self, market: NaiveMarket) -> None:
        market_id = len(self.markets) + 1
        self.markets[market_id] = market
        self.status[market_id] = "OPEN"
        self.protection[market_id] = Protection()

    def trade(
        self, maker: NaiveOrder, taker: NaiveOrder, lots: int, price: int, maker_ppm: int, taker_ppm: int
    ) -> NaiveTrade:
        self.trade_counts[maker.market_id] += 1
        return super().trade(maker, taker, lots, price, maker_ppm, taker_ppm)

    def tidy(self) -> None:
        """Put aside what has closed."""
        for order in self.orders:
            if order.state != "open":
                self.closed[order.account, order.key] = order
        self.orders = [order for order in self.orders if order.state == "open"]

    def _known(self, order: NaiveOrder) -> Outcome | None:
        closed = self.closed.get((order.account, order.key))
        if closed is None:
            return super()._known(order)
        return Outcome("repeated" if closed.payload() == order.payload() else "CLIENT_ORDER_ID_REUSED", closed)

    def _named(self, account: int, order_id: int, key: str) -> NaiveOrder | str:
        return "ORDER_CLOSED" if (account, key) in self.closed else super()._named(account, order_id, key)


class JournalMoney:
    """What there is after the commands that were applied."""

    def __init__(self) -> None:
        self._exchange = _LongLived()
        self._decimals: dict[str, int] = {}
        self._accounts: list[str] = []
        self._markets: dict[str, None] = {}
        self.commands = 0

    def apply(self, lines: Iterable[str]) -> "JournalMoney":
        """Take records in their order. Raises NotImplementedError for one that no bot of the fleet sends."""
        for line in lines:
            record = json.loads(line)
            self.commands += 1
            assert record["sequence"] == self.commands, (record["sequence"], self.commands)
            self._exchange.now = record["time_ns"]
            outcome = self._do(record)
            if outcome is not None and (outcome.events or outcome.trades or outcome.word == "accepted"):
                self._exchange.tidy()
        return self

    @property
    def trades(self) -> dict[str, int]:
        """How many there were, by market."""
        return {name: self._exchange.trade_counts[number] for number, name in enumerate(self._markets, 1)}

    @property
    def open_orders(self) -> int:
        return len(self._exchange.orders)

    def credited(self) -> dict[str, int]:
        """Atoms that were ever credited, by asset."""
        booked: dict[str, int] = defaultdict(int)
        for asset, atoms in self._exchange.credits.values():
            booked[self._asset(asset)] += atoms
        return dict(booked)

    def held(self) -> Money:
        """Everybody's money; issuance owes what was credited, and the fees are an account, too."""
        totals = self._exchange.totals
        return {
            (SYSTEM_ACCOUNTS[who] if isinstance(who, str) else who, self._asset(asset)): atoms
            for (who, asset), atoms in totals.items()
        }

    def reserved(self) -> Money:
        """What open orders need."""
        return {
            (account, asset): atoms
            for account in self._exchange.accounts
            for number, asset in enumerate(self._decimals, 1)
            if (atoms := self._exchange.reserved(account, number))
        }

    def _asset(self, asset_id: int) -> str:
        return list(self._decimals)[asset_id - 1]

    def _do(self, record: Record) -> Outcome | None:
        exchange = self._exchange
        match record["command"]:
            case "CreateAsset":
                self._decimals.setdefault(record["name"], record["decimals"])
            case "CreateAccount":
                if record["name"] not in self._accounts:
                    self._accounts.append(record["name"])
                    exchange.accounts.append(FIRST_ACCOUNT + len(exchange.accounts))
            case "CreateApiKey":
                pass
            case "CreateMarket":
                self._create_market(record)
            case "Credit":
                return exchange.credit(
                    record["account_id"], record["asset_id"], record["amount_atoms"], record["credit_id"]
                )
            case "PlaceOrder":
                return exchange.place(self._order(record))
            case "AmendOrder":
                return exchange.amend(
                    record["account_id"],
                    record["order_id"],
                    record["client_order_id"],
                    record["price_ticks"] or None,
                    record["quantity_lots"] or None,
                )
            case "CancelOrder":
                return exchange.cancel(record["account_id"], record["order_id"], record["client_order_id"])
            case "CancelAllOrders" if set(record) == {"sequence", "time_ns", "command", "account_id", "market_id"}:
                return exchange.cancel_all(record["account_id"], record["market_id"])
            case "CancelSessionOrders":
                return exchange.cancel_session(record["account_id"], record["session_id"])
            case _:
                raise NotImplementedError(f"no bot of the fleet sends this, so this replay does not know it: {record}")
        return None

    def _create_market(self, record: Record) -> None:
        name = f"{record['base_asset']}-{record['quote_asset']}"
        if name in self._markets:
            return
        self._markets[name] = None
        base, quote = (list(self._decimals).index(record[side]) + 1 for side in ("base_asset", "quote_asset"))
        # A unit is 10^-decimals, and so is an atom.
        base_atoms = record["lot_units"] * 10 ** (self._decimals[record["base_asset"]] - record["quantity_decimals"])
        price_and_quantity = record["price_decimals"] + record["quantity_decimals"]
        scale = 10 ** (self._decimals[record["quote_asset"]] - price_and_quantity)
        quote_atoms = record["tick_units"] * record["lot_units"] * scale
        assert isinstance(base_atoms, int)
        assert isinstance(quote_atoms, int)
        fees = record["maker_fee_ppm"], record["taker_fee_ppm"]
        self._exchange.add_market(
            NaiveMarket(base, quote, quote_atoms, base_atoms, record["min_notional_atoms"], *fees)
        )

    def _order(self, record: Record) -> NaiveOrder:
        # A plain order's record has none of the fields of special ones.
        is_special = "session_id" in record
        uses_others = is_special and any(record[name] for name in UNUSED)
        if record["type"] != LIMIT or uses_others or not record["client_order_id"]:
            raise NotImplementedError(f"no bot of the fleet sends this, so this replay does not know it: {record}")
        if is_special and record["self_trade_prevention"] != EXPIRE_MAKER:
            raise NotImplementedError(f"no bot of the fleet sends this, so this replay does not know it: {record}")
        return NaiveOrder(
            record["sequence"],
            record["account_id"],
            record["market_id"],
            record["side"] == BUY,
            record["price_ticks"],
            record["quantity_lots"],
            TIFS[record["time_in_force"]],
            record["post_only"],
            record["client_order_id"],
            record["quantity_lots"],
            session=record["session_id"] if is_special else 0,
        )
