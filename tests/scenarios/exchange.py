"""A small exchange for stories: traders by name, events as short sentences.

One market AAA-QQQ: one tick × one lot is one quote atom, one lot one base atom; no minimum, no fees unless asked for.
Ann, Bob and Cid have 1,000,000 atoms of each asset.
"""

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    CancelAllOrders,
    CancelOrder,
    Command,
    CreateAccount,
    CreateAsset,
    CreateMarket,
    Credit,
    PlaceOrder,
    SetMarketStatus,
)
from exchange_server.engine.events import (
    BalanceChanged,
    Event,
    LevelChanged,
    MarketStatusChanged,
    OrderAccepted,
    OrderCanceled,
    OrderClosed,
    OrderDeduplicated,
    OrderMoved,
    OrderRested,
    Rejected,
    Trade,
)
from exchange_server.engine.invariants import check
from exchange_server.engine.terms import SpecialTerms, terms_of

MARKET = t.MarketId(1)
BASE = t.AssetId(1)
QUOTE = t.AssetId(2)
REASONS = {value: name.removeprefix("REJECT_") for name, value in vars(t).items() if name.startswith("REJECT_")}
ENDINGS = {
    t.CLOSE_NONE: "filled",
    t.CLOSE_BY_OWNER: "canceled",
    t.CLOSE_NO_LIQUIDITY: "expired: no liquidity",
    t.CLOSE_NOT_FILLABLE: "expired: not fillable",
    t.CLOSE_SELF_TRADE: "expired: self trade",
}


class Exchange:
    """An engine whose invariants are checked after every command."""

    def __init__(self, maker_ppm: int = 0, taker_ppm: int = 0, min_notional: int = 0, rich: int = 1_000_000) -> None:
        self.engine = Engine()
        self.traders: dict[str, t.AccountId] = {}
        self.apply(CreateAsset("AAA", 0))
        self.apply(CreateAsset("QQQ", 0))
        self.apply(CreateMarket("AAA", "QQQ", 1, 0, 1, 0, t.Atoms(min_notional), t.Ppm(maker_ppm), t.Ppm(taker_ppm)))
        for name in ("Ann", "Bob", "Cid"):
            self.apply(CreateAccount(name))
            self.traders[name] = self.engine.accounts_by_name[name].account_id
            if rich:
                self.credit(name, BASE, rich)
                self.credit(name, QUOTE, rich)

    def apply(self, command: Command) -> list[Event]:
        """Apply a command as the next one; what `check` says before must be what comes out."""
        sequence = t.Sequence(self.engine.sequence + 1)
        time_ns = t.TimeNs(1_000_000 * sequence)
        before = self.engine.state_hash()
        refusal = self.engine.check(command, time_ns)
        assert self.engine.state_hash() == before, "check changed the state"
        events = self.engine.apply(sequence, time_ns, command)
        outcome = events[0]
        if isinstance(outcome, Rejected):
            assert refusal is not None
            assert (refusal.reason, refusal.field) == (outcome.reason, outcome.field)
            assert len(events) == 1
        else:
            assert refusal is None
        check(self.engine)
        return events

    def credit(self, trader: str, asset: t.AssetId, atoms: int, key: str = "") -> list[Event]:
        return self.apply(Credit(self.traders[trader], asset, t.Atoms(atoms), key))

    def place(
        self,
        trader: str,
        side: int,
        quantity: int,
        price: int | None,
        tif: int | None = None,
        post_only: bool = False,
        key: str = "",
    ) -> list[str]:
        """Place an order, a market order without a price, and tell what happened."""
        kind = t.TYPE_MARKET if price is None else t.TYPE_LIMIT
        default = t.TIF_IOC if price is None else t.TIF_GTC
        command = PlaceOrder(
            self.traders[trader],
            MARKET,
            side,
            terms_of(kind, tif or default, post_only),
            t.Ticks(price or 0),
            t.Lots(quantity),
            key,
        )
        return self.tell(self.apply(command))

    def special(self, trader: str, side: int, quantity: int, price: int, terms: SpecialTerms) -> list[str]:
        """Place an order with special terms, and tell what happened."""
        command = PlaceOrder(self.traders[trader], MARKET, side, terms, t.Ticks(price), t.Lots(quantity), "")
        return self.tell(self.apply(command))

    def buy(
        self,
        trader: str,
        quantity: int,
        price: int | None = None,
        tif: int | None = None,
        post_only: bool = False,
        key: str = "",
    ) -> list[str]:
        return self.place(trader, t.SIDE_BUY, quantity, price, tif, post_only, key)

    def sell(
        self,
        trader: str,
        quantity: int,
        price: int | None = None,
        tif: int | None = None,
        post_only: bool = False,
        key: str = "",
    ) -> list[str]:
        return self.place(trader, t.SIDE_SELL, quantity, price, tif, post_only, key)

    def cancel(self, trader: str, key: str) -> list[str]:
        return self.tell(self.apply(CancelOrder(self.traders[trader], t.OrderId(0), key)))

    def cancel_by_id(self, trader: str, order_id: int) -> list[str]:
        return self.tell(self.apply(CancelOrder(self.traders[trader], t.OrderId(order_id), "")))

    def cancel_all(self, trader: str) -> list[str]:
        return self.tell(self.apply(CancelAllOrders(self.traders[trader], t.MarketId(0))))

    def set_status(self, status: int) -> list[str]:
        return self.tell(self.apply(SetMarketStatus(MARKET, status)))

    def balance(self, trader: str, asset: t.AssetId) -> tuple[int, int]:
        """Return available and reserved atoms."""
        held = {of: (available, reserved) for of, available, reserved in self.engine.balances(self.traders[trader])}
        return held.get(asset, (0, 0))

    def fees(self) -> int:
        """Return what the fee account has of the quote asset."""
        return sum(available for of, available, _ in self.engine.balances(t.FEE_ACCOUNT) if of == QUOTE)

    def bids(self) -> list[tuple[int, int]]:
        return list(self.engine.levels(MARKET, t.SIDE_BUY))

    def asks(self) -> list[tuple[int, int]]:
        return list(self.engine.levels(MARKET, t.SIDE_SELL))

    def tell(self, events: list[Event]) -> list[str]:
        """Say what happened to orders; levels and balances are left out."""
        return [sentence for event in events if (sentence := self._sentence(event))]

    def _sentence(self, event: Event) -> str:
        names = {account_id: name for name, account_id in self.traders.items()}
        if isinstance(event, Rejected):
            return f"refused: {REASONS[event.reason]} {event.field}".strip()
        if isinstance(event, OrderRested | OrderAccepted):
            return "accepted"
        if isinstance(event, OrderDeduplicated):
            return f"known: {event.open_lots} open"
        if isinstance(event, Trade):
            maker, lots, price = names[event.maker.account_id], event.quantity_lots, event.price_ticks
            return f"{maker} trades {lots} at {price}" + (f" with {names[event.taker.account_id]}" * event.auction)
        if isinstance(event, OrderMoved):
            return f"{names[event.order.account_id]} moves to {event.order.pegged_price_ticks or 'nowhere'}"
        if isinstance(event, OrderCanceled | OrderClosed):
            return f"{names[event.order.account_id]} {ENDINGS[event.order.close_reason]}"
        if isinstance(event, LevelChanged | BalanceChanged | MarketStatusChanged):
            return ""
        return type(event).__name__
