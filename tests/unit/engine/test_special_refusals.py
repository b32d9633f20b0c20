"""Orders with special terms, and amends, out of their domain are refused with the field named; its edges are not."""

import pytest

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    AmendOrder,
    Command,
    CreateAccount,
    CreateAsset,
    CreateMarket,
    Credit,
    PlaceOrder,
)
from exchange_server.engine.events import Rejected
from exchange_server.engine.terms import GOOD_TILL_CANCELED, SpecialTerms

ANN = t.AccountId(1001)
NOW = t.TimeNs(1_000)
BIG = 2**63 - 1
BASE_ATOMS = 3 * (t.MAX_LOTS + 1)


def order(
    type: int = t.TYPE_LIMIT,
    tif: int = t.TIF_GTC,
    post_only: bool = False,
    price: int = 1_000,
    lots: int = 200,
    side: int = t.SIDE_SELL,
    key: str = "",
    **terms: object,
) -> PlaceOrder:
    """An order that would be accepted, but for the changes; its terms are special, whatever they say."""
    special = SpecialTerms(type, tif, post_only, **terms)  # type: ignore[arg-type]
    return PlaceOrder(ANN, t.MarketId(1), side, special, t.Ticks(price), t.Lots(lots), key)


def market(**terms: object) -> PlaceOrder:
    return order(**{"type": t.TYPE_MARKET, "tif": t.TIF_IOC, "price": 0, **terms})  # type: ignore[arg-type]


def stop(**terms: object) -> PlaceOrder:
    kind = {"type": t.TYPE_STOP_MARKET, "tif": t.TIF_IOC, "price": 0, "trigger_price_ticks": 500}
    return order(**{**kind, **terms})  # type: ignore[arg-type]


def trailing(**terms: object) -> PlaceOrder:
    return order(**{"type": t.TYPE_TRAILING_STOP, "tif": t.TIF_IOC, "price": 0, **terms})  # type: ignore[arg-type]


def amend(key: str, price: int = 0, lots: int = 0, account: int = ANN) -> AmendOrder:
    return AmendOrder(t.AccountId(account), t.OrderId(0), key, t.Ticks(price), t.Lots(lots))


@pytest.fixture
def engine() -> Engine:
    """An engine in which Ann has plain orders, an iceberg and a stop to sell, and money for more."""
    engine = Engine()
    for command in (
        CreateAsset("AAA", 0),
        CreateAsset("QQQ", 0),
        CreateMarket("AAA", "QQQ", 1, 0, 1, 0, t.Atoms(0), t.Ppm(0), t.Ppm(0)),
        CreateAccount("Ann"),
        Credit(ANN, t.AssetId(1), t.Atoms(BASE_ATOMS), ""),
        order(lots=100, key="plain"),
        PlaceOrder(ANN, t.MarketId(1), t.SIDE_SELL, GOOD_TILL_CANCELED, t.Ticks(1_000), t.Lots(1), "plainest"),
        order(lots=100, key="iceberg", display_lots=2),
        stop(lots=100, key="stop"),
    ):
        events = engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
        assert not isinstance(events[0], Rejected)
    return engine


REFUSED: list[tuple[Command, str]] = [
    *[(order(side=side), "side") for side in (0, 3)],
    *[(order(type=kind), "type") for kind in (-1, 0, 9)],
    # Time.
    *[(order(tif=tif, expire_time_ns=NOW + 1), "time_in_force") for tif in (-1, 0, 5)],
    (market(tif=t.TIF_GTC), "time_in_force"),
    (stop(tif=t.TIF_GTC), "time_in_force"),
    (market(tif=t.TIF_GTT, expire_time_ns=NOW + 1), "time_in_force"),
    (order(tif=t.TIF_GTT), "expire_time"),
    *[(order(expire_time_ns=at), "expire_time") for at in (1, NOW + 1)],
    *[(order(tif=t.TIF_GTT, expire_time_ns=at), "expire_time") for at in (-1, 0, 1, NOW)],
    # Price and quantity.
    *[(order(price=price), "price") for price in (-1, 0, t.MAX_TICKS + 1, BIG)],
    *[(market(price=price), "price") for price in (-1, 1)],
    *[(stop(price=price), "price") for price in (-1, 1)],
    *[(order(lots=lots), "quantity") for lots in (-1, 0, t.MAX_LOTS + 1, BIG)],
    *[(market(lots=0, quote_amount_atoms=atoms), "quote_amount") for atoms in (-1, t.MAX_ATOMS + 1)],
    (market(lots=1, quote_amount_atoms=10), "quote_amount"),
    (order(lots=0, quote_amount_atoms=10), "quote_amount"),
    (stop(lots=0, quote_amount_atoms=10), "quote_amount"),
    # What rests, and how.
    *[(order(tif=tif, post_only=True), "post_only") for tif in (t.TIF_IOC, t.TIF_FOK)],
    (market(post_only=True), "post_only"),
    (stop(post_only=True), "post_only"),
    (order(slide=True), "slide"),
    *[(order(display_lots=lots), "display_quantity") for lots in (-1, 1, 201)],
    *[(order(tif=tif, display_lots=2), "display_quantity") for tif in (t.TIF_IOC, t.TIF_FOK)],
    (order(type=t.TYPE_STOP_LIMIT, trigger_price_ticks=500, display_lots=2), "display_quantity"),
    *[(order(self_trade=mode), "self_trade_prevention") for mode in (-1, 0, 5)],
    (market(lots=0, quote_amount_atoms=10, self_trade=t.SELF_TRADE_DECREMENT), "self_trade_prevention"),
    # Triggers.
    *[(stop(trigger_price_ticks=price), "trigger_price") for price in (-1, 0, t.MAX_TICKS + 1, BIG)],
    *[(order(trigger_price_ticks=price), "trigger_price") for price in (-1, 500)],
    (trailing(trailing_offset_ticks=1, trigger_price_ticks=500), "trigger_price"),
    (trailing(), "trailing_offset"),
    (trailing(trailing_offset_ticks=1, trailing_offset_bps=1), "trailing_offset"),
    *[(trailing(trailing_offset_ticks=ticks), "trailing_offset") for ticks in (-1, t.MAX_TICKS + 1)],
    *[(trailing(trailing_offset_bps=bps), "trailing_offset") for bps in (-1, 10_000)],
    (trailing(trailing_offset_ticks=-1, trailing_offset_bps=1), "trailing_offset"),
    (trailing(trailing_offset_ticks=1, trailing_offset_bps=-1), "trailing_offset"),
    (order(trailing_offset_ticks=1), "trailing_offset"),
    (order(trailing_offset_bps=1), "trailing_offset"),
    *[
        (trailing(trailing_offset_ticks=1, activation_price_ticks=price), "activation_price")
        for price in (-1, t.MAX_TICKS + 1)
    ],
    (order(activation_price_ticks=1), "activation_price"),
    (stop(activation_price_ticks=1), "activation_price"),
    # Amends.
    (amend("plain", price=1, account=5), "account_id"),
    (amend("", price=1), "order"),
    (amend("nobody's", price=1), "order"),
    (amend("plain"), "quantity"),
    *[(amend("plain", price=price), "price") for price in (-1, t.MAX_TICKS + 1)],
    (amend("stop", price=1), "price"),
    *[(amend("plain", lots=lots), "quantity") for lots in (-1, t.MAX_LOTS + 1)],
    *[(amend("iceberg", lots=lots), "quantity") for lots in (201, t.MAX_LOTS)],
]


@pytest.mark.parametrize(("command", "field"), REFUSED, ids=lambda value: None)
def test_what_is_out_of_its_domain_is_refused_naming_the_field(engine: Engine, command: Command, field: str) -> None:
    before = [rows for name, rows in engine.dump().tables() if name != "counters"]
    announced = engine.check(command, NOW)
    (refused,) = engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    assert isinstance(refused, Rejected)
    assert refused.field == field
    assert announced is not None
    assert (announced.reason, announced.field) == (refused.reason, refused.field)
    assert [rows for name, rows in engine.dump().tables() if name != "counters"] == before


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (order(price=0), t.REJECT_INVALID_FIELD),
        (order(price=t.MAX_TICKS + 1), t.REJECT_PRICE_OUT_OF_RANGE),
        (order(lots=t.MAX_LOTS + 1), t.REJECT_QUANTITY_OUT_OF_RANGE),
        (amend("plain", price=-1), t.REJECT_INVALID_FIELD),
        (amend("plain", price=t.MAX_TICKS + 1), t.REJECT_PRICE_OUT_OF_RANGE),
        (amend("plain", lots=t.MAX_LOTS + 1), t.REJECT_QUANTITY_OUT_OF_RANGE),
    ],
    ids=lambda value: None,
)
def test_what_is_too_much_has_a_reason_of_its_own(engine: Engine, command: Command, reason: int) -> None:
    (refused,) = engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    assert isinstance(refused, Rejected)
    assert refused.reason == reason


@pytest.mark.parametrize("terms", [{"peg_reference": 1}, {"peg_offset_ticks": 1}, {"peg_offset_ticks": -1}])
def test_only_a_pegged_order_has_a_peg(engine: Engine, terms: dict[str, object]) -> None:
    (refused,) = engine.apply(t.Sequence(engine.sequence + 1), NOW, order(**terms))  # type: ignore[arg-type]
    assert isinstance(refused, Rejected)
    assert refused.reason == t.REJECT_INVALID_FIELD


@pytest.mark.parametrize(
    "command",
    [
        order(),
        order(lots=1),
        order(price=t.MAX_TICKS, lots=1),
        order(price=1, lots=t.MAX_LOTS),
        order(tif=t.TIF_GTT, expire_time_ns=NOW + 1),
        stop(tif=t.TIF_GTT, expire_time_ns=NOW + 1),
        market(lots=0, quote_amount_atoms=1),
        market(lots=0, quote_amount_atoms=t.MAX_ATOMS),
        order(post_only=True, slide=True),
        order(tif=t.TIF_GTT, expire_time_ns=NOW + 1, post_only=True),
        *[order(display_lots=lots) for lots in (2, 200)],
        order(tif=t.TIF_GTT, expire_time_ns=NOW + 1, display_lots=2),
        *[order(self_trade=mode) for mode in range(t.SELF_TRADE_EXPIRE_MAKER, t.SELF_TRADE_DECREMENT + 1)],
        *[stop(trigger_price_ticks=price) for price in (1, t.MAX_TICKS)],
        *[trailing(trailing_offset_ticks=ticks) for ticks in (1, t.MAX_TICKS)],
        *[trailing(trailing_offset_bps=bps) for bps in (1, 9_999)],
        *[trailing(trailing_offset_bps=1, activation_price_ticks=price) for price in (0, 1, t.MAX_TICKS)],
        *[amend("plain", price=price) for price in (1, t.MAX_TICKS)],
        amend("plain", price=1, lots=t.MAX_LOTS),
        amend("plainest", lots=101),
        amend("iceberg", lots=200),
        amend("stop", lots=t.MAX_LOTS),
    ],
    ids=lambda value: None,
)
def test_the_edges_of_the_domain_are_accepted(engine: Engine, command: Command) -> None:
    assert engine.check(command, NOW) is None
    events = engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    assert not isinstance(events[0], Rejected)
