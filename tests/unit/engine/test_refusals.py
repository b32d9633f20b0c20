"""Commands out of their domain are refused with the field named, never raised, and change nothing."""

import pytest

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    CancelAllOrders,
    CancelOrder,
    Command,
    CreateAccount,
    CreateApiKey,
    CreateAsset,
    CreateMarket,
    Credit,
    PlaceOrder,
    RevokeApiKey,
    SetMarketStatus,
)
from exchange_server.engine.events import AccountCreated, ApiKeyRevoked, AssetCreated, MarketCreated, Rejected
from exchange_server.engine.terms import terms_of

ANN = t.AccountId(1001)
NOW = t.TimeNs(1_000)
HASH = b"h" * 32
BIG = 2**63 - 1


def order(**changes: object) -> PlaceOrder:
    """An order that would be accepted, but for the changes."""
    fields: dict[str, object] = {
        "account_id": ANN,
        "market_id": 1,
        "side": t.SIDE_BUY,
        "type": t.TYPE_LIMIT,
        "time_in_force": t.TIF_GTC,
        "post_only": False,
        "price_ticks": 100,
        "quantity_lots": 1,
        "client_order_id": "",
    }
    fields |= changes
    fields["terms"] = terms_of(fields.pop("type"), fields.pop("time_in_force"), fields.pop("post_only"))  # type: ignore[arg-type]
    return PlaceOrder(**fields)  # type: ignore[arg-type]


def market(**changes: object) -> CreateMarket:
    """A market that could be created, but for the changes."""
    fields: dict[str, object] = {
        "base_asset": "BTC",
        "quote_asset": "EUR",
        "tick_units": 1,
        "price_decimals": 1,
        "lot_units": 1,
        "quantity_decimals": 1,
        "min_notional_atoms": 0,
        "maker_fee_ppm": 0,
        "taker_fee_ppm": 0,
    }
    return CreateMarket(**{**fields, **changes})  # type: ignore[arg-type]


def api_key(**changes: object) -> CreateApiKey:
    """A key that could be created, but for the changes."""
    fields: dict[str, object] = {
        "key_id": "00ff",
        "account_id": ANN,
        "secret_hash": b"n" * 32,
        "scopes": 1 << t.SCOPE_READ,
        "label": "",
        "expire_time_ns": 0,
    }
    return CreateApiKey(**{**fields, **changes})  # type: ignore[arg-type]


def credit(**changes: object) -> Credit:
    """A credit that could be booked, but for the changes."""
    fields: dict[str, object] = {"account_id": ANN, "asset_id": 1, "amount_atoms": 1, "credit_id": ""}
    return Credit(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def engine() -> Engine:
    """An engine with one market, one account with money, and one key."""
    engine = Engine()
    for command in (
        CreateAsset("BTC", 2),
        CreateAsset("USD", 2),
        CreateAsset("EUR", 2),
        CreateMarket("BTC", "USD", 1, 1, 1, 1, t.Atoms(0), t.Ppm(-10), t.Ppm(20)),
        CreateAccount("Ann"),
        credit(asset_id=2, amount_atoms=10**9),
        api_key(key_id="aa", secret_hash=HASH),
    ):
        engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    return engine


INVALID = t.REJECT_INVALID_FIELD

REFUSED: list[tuple[Command, int, str]] = [
    (order(account_id=0), t.REJECT_ACCOUNT_NOT_FOUND, "account_id"),
    (order(account_id=-1), t.REJECT_ACCOUNT_NOT_FOUND, "account_id"),
    (order(market_id=0), t.REJECT_MARKET_NOT_FOUND, "market"),
    (order(market_id=-1), t.REJECT_MARKET_NOT_FOUND, "market"),
    (order(market_id=2), t.REJECT_MARKET_NOT_FOUND, "market"),
    *[(order(side=side), INVALID, "side") for side in (-1, 0, 3, BIG)],
    *[(order(type=kind), INVALID, "type") for kind in (-1, 0, 3, BIG)],
    *[(order(time_in_force=tif), INVALID, "time_in_force") for tif in (-1, 0, 4, BIG)],
    *[(order(price_ticks=price), INVALID, "price") for price in (-BIG, -1, 0)],
    *[(order(price_ticks=price), t.REJECT_PRICE_OUT_OF_RANGE, "price") for price in (t.MAX_TICKS + 1, 2**53 + 1, BIG)],
    *[(order(quantity_lots=lots), INVALID, "quantity") for lots in (-BIG, -1, 0)],
    *[
        (order(quantity_lots=lots), t.REJECT_QUANTITY_OUT_OF_RANGE, "quantity")
        for lots in (t.MAX_LOTS + 1, 2**53 - 1, BIG)
    ],
    (order(price_ticks=t.MAX_TICKS, quantity_lots=t.MAX_LOTS), t.REJECT_NOTIONAL_TOO_LARGE, "quantity"),
    (order(price_ticks=t.MAX_TICKS, quantity_lots=10**6), t.REJECT_INSUFFICIENT_FUNDS, ""),
    (order(type=t.TYPE_MARKET, time_in_force=t.TIF_IOC), INVALID, "price"),
    (order(type=t.TYPE_MARKET, price_ticks=0), INVALID, "time_in_force"),
    (order(type=t.TYPE_MARKET, price_ticks=0, time_in_force=t.TIF_IOC, post_only=True), INVALID, "post_only"),
    (order(time_in_force=t.TIF_IOC, post_only=True), INVALID, "post_only"),
    (order(time_in_force=t.TIF_FOK, post_only=True), INVALID, "post_only"),
    *[
        (order(client_order_id=key), INVALID, "client_order_id")
        for key in ("x" * 65, "a b", " ", "ä", "\n", "\x7f", "\x00", "\u2028")
    ],
    (CancelOrder(t.AccountId(5), t.OrderId(1), ""), t.REJECT_ACCOUNT_NOT_FOUND, "account_id"),
    (CancelOrder(ANN, t.OrderId(0), ""), INVALID, "order"),
    (CancelOrder(ANN, t.OrderId(BIG), ""), t.REJECT_ORDER_NOT_FOUND, "order"),
    (CancelOrder(ANN, t.OrderId(-1), ""), t.REJECT_ORDER_NOT_FOUND, "order"),
    (CancelOrder(ANN, t.OrderId(0), "x" * 65), t.REJECT_ORDER_NOT_FOUND, "order"),
    (CancelAllOrders(t.AccountId(5), t.MarketId(0)), t.REJECT_ACCOUNT_NOT_FOUND, "account_id"),
    (CancelAllOrders(ANN, t.MarketId(9)), t.REJECT_MARKET_NOT_FOUND, "market"),
    (CancelAllOrders(ANN, t.MarketId(-1)), t.REJECT_MARKET_NOT_FOUND, "market"),
    *[(CreateAsset(name, 2), INVALID, "name") for name in ("", "btc", "1BTC", "B" * 17, "BÄ", "B C", "²")],
    *[(CreateAsset("XYZ", decimals), INVALID, "decimals") for decimals in (-1, 13, BIG)],
    (CreateAsset("BTC", 3), t.REJECT_ALREADY_EXISTS, "name"),
    (market(base_asset="XXX"), t.REJECT_ASSET_NOT_FOUND, "base_asset"),
    (market(quote_asset=""), t.REJECT_ASSET_NOT_FOUND, "quote_asset"),
    (market(quote_asset="BTC"), INVALID, "quote_asset"),
    *[(market(tick_units=units), INVALID, "tick_size") for units in (-1, 0, BIG)],
    *[(market(price_decimals=decimals), INVALID, "tick_size") for decimals in (-1, 2, 19, BIG)],
    *[(market(lot_units=units), INVALID, "lot_size") for units in (-1, 0, BIG)],
    *[(market(quantity_decimals=decimals), INVALID, "lot_size") for decimals in (-1, 3, 19, BIG)],
    *[(market(min_notional_atoms=atoms), INVALID, "min_notional") for atoms in (-1, t.MAX_ATOMS + 1)],
    *[(market(maker_fee_ppm=ppm), INVALID, "maker_fee_ppm") for ppm in (-100_001, 100_001, -1)],
    *[(market(taker_fee_ppm=ppm), INVALID, "taker_fee_ppm") for ppm in (-1, 100_001)],
    (market(maker_fee_ppm=-21, taker_fee_ppm=20), INVALID, "maker_fee_ppm"),
    (market(quote_asset="USD"), t.REJECT_ALREADY_EXISTS, "base_asset"),
    *[(SetMarketStatus(t.MarketId(1), status), INVALID, "status") for status in (-1, 0, 6, BIG)],
    (SetMarketStatus(t.MarketId(2), t.MARKET_OPEN), t.REJECT_MARKET_NOT_FOUND, "market"),
    *[(CreateAccount(name), INVALID, "name") for name in ("", "_a", ".", "-a", "a b", "ä", "a" * 65, "a\n")],
    *[(CreateAccount(name), t.REJECT_ALREADY_EXISTS, "name") for name in ("issuance", "fees")],
    *[(api_key(key_id=key_id), INVALID, "key_id") for key_id in ("", "A0", "g", "a" * 33)],
    *[(api_key(secret_hash=secret), INVALID, "secret_hash") for secret in (b"", b"h" * 31, b"h" * 33)],
    *[(api_key(scopes=scopes), INVALID, "scopes") for scopes in (-2, 0, 1, 16, 18, BIG)],
    *[(api_key(label=label), INVALID, "label") for label in ("x" * 65, "ä", "\t")],
    *[(api_key(expire_time_ns=at), INVALID, "expire_time") for at in (-1, 1, NOW, 2**63)],
    *[
        (api_key(account_id=account), t.REJECT_ACCOUNT_NOT_FOUND, "account_id")
        for account in (-1, 0, t.ISSUANCE_ACCOUNT, t.FEE_ACCOUNT, 1002)
    ],
    (api_key(key_id="aa"), t.REJECT_ALREADY_EXISTS, "key_id"),
    (api_key(secret_hash=HASH), t.REJECT_ALREADY_EXISTS, "secret_hash"),
    (RevokeApiKey(""), t.REJECT_API_KEY_NOT_FOUND, "key_id"),
    (RevokeApiKey("bb"), t.REJECT_API_KEY_NOT_FOUND, "key_id"),
    *[(credit(amount_atoms=atoms), INVALID, "amount") for atoms in (-BIG, -1, 0)],
    (credit(amount_atoms=t.MAX_ATOMS + 1), t.REJECT_SUPPLY_TOO_LARGE, "amount"),
    (credit(amount_atoms=BIG), t.REJECT_SUPPLY_TOO_LARGE, "amount"),
    *[(credit(credit_id=key), INVALID, "credit_id") for key in ("x" * 65, "a b", "ä")],
    *[(credit(asset_id=asset), t.REJECT_ASSET_NOT_FOUND, "asset") for asset in (-1, 0, 4, BIG)],
]


@pytest.mark.parametrize(("command", "reason", "field"), REFUSED, ids=lambda value: None)
def test_a_command_out_of_its_domain_is_refused_naming_the_field(
    engine: Engine, command: Command, reason: int, field: str
) -> None:
    before = [rows for name, rows in engine.dump().tables() if name != "counters"]
    announced = engine.check(command, NOW)
    events = engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    assert len(events) == 1
    refused = events[0]
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.field) == (reason, field)
    assert announced is not None
    assert (announced.reason, announced.field) == (reason, field)
    assert [rows for name, rows in engine.dump().tables() if name != "counters"] == before


@pytest.mark.parametrize(
    "command",
    [
        order(),
        order(client_order_id="!" + "x" * 62 + "~"),
        market(),
        market(maker_fee_ppm=-20, taker_fee_ppm=20),
        market(tick_units=10, price_decimals=2),
        CreateAsset("A" * 16, 12),
        CreateAccount("a" * 64),
        CreateAccount("0_.-"),
        api_key(scopes=0b1110, label=" ~", expire_time_ns=NOW + 1),
        credit(amount_atoms=t.MAX_ATOMS, credit_id="x" * 64),
        SetMarketStatus(t.MarketId(1), t.MARKET_HALTED),
        RevokeApiKey("aa"),
        CancelAllOrders(ANN, t.MarketId(0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_edges_of_the_domain_are_accepted(engine: Engine, command: Command) -> None:
    assert engine.check(command, NOW) is None
    events = engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    assert not isinstance(events[0], Rejected)


@pytest.mark.parametrize(("lots", "reason"), [((1 << 31) + 1, 0), ((1 << 31) + 2, t.REJECT_NOTIONAL_TOO_LARGE)])
def test_the_largest_notional_is_accepted(lots: int, reason: int) -> None:
    engine = Engine()
    for command in (
        CreateAsset("BTC", 0),
        CreateAsset("USD", 0),
        CreateMarket("BTC", "USD", 1, 0, 1, 0, t.Atoms(0), t.Ppm(0), t.Ppm(0)),
        CreateAccount("Ann"),
        credit(amount_atoms=1 << 32),
    ):
        engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    # (2³¹ − 1) × (2³¹ + 1) is MAX_ATOMS.
    largest = order(side=t.SIDE_SELL, price_ticks=(1 << 31) - 1, quantity_lots=lots)
    outcome = engine.apply(t.Sequence(6), NOW, largest)
    assert (outcome[0].reason if isinstance(outcome[0], Rejected) else 0) == reason


@pytest.mark.parametrize(("funds", "reason"), [(21, 0), (20, t.REJECT_INSUFFICIENT_FUNDS)])
def test_a_market_buy_needs_its_walk_in_atoms_of_the_quote_asset(funds: int, reason: int) -> None:
    engine = Engine()
    for command in (
        CreateAsset("BTC", 0),
        CreateAsset("USD", 0),
        CreateMarket("BTC", "USD", 7, 0, 1, 0, t.Atoms(0), t.Ppm(0), t.Ppm(0)),
        CreateAccount("Ann"),
        CreateAccount("Bob"),
        credit(asset_id=2, amount_atoms=funds),
        credit(account_id=1002),
        order(account_id=1002, side=t.SIDE_SELL, price_ticks=3),
    ):
        engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    outcome = engine.apply(t.Sequence(9), NOW, order(type=t.TYPE_MARKET, time_in_force=t.TIF_IOC, price_ticks=0))
    assert (outcome[0].reason if isinstance(outcome[0], Rejected) else 0) == reason


def test_creating_what_exists_answers_with_it(engine: Engine) -> None:
    def again(command: Command) -> object:
        return engine.apply(t.Sequence(engine.sequence + 1), t.TimeNs(NOW + 5), command)[0]

    asset = again(CreateAsset("BTC", 2))
    assert isinstance(asset, AssetCreated)
    assert (asset.created, asset.asset.asset_id) == (False, 1)
    same = again(CreateMarket("BTC", "USD", 1, 1, 1, 1, t.Atoms(0), t.Ppm(-10), t.Ppm(20)))
    assert isinstance(same, MarketCreated)
    assert (same.created, same.market.market_id) == (False, 1)
    account = again(CreateAccount("Ann"))
    assert isinstance(account, AccountCreated)
    assert (account.created, account.account_id, account.create_time_ns) == (False, ANN, NOW)
    for _ in range(2):
        assert isinstance(again(RevokeApiKey("aa")), ApiKeyRevoked)
    assert engine.api_keys["aa"].revoked
    assert engine.api_keys_by_hash[HASH] is engine.api_keys["aa"]


@pytest.mark.parametrize("step", [-1, 0, 2])
def test_a_sequence_that_does_not_follow_is_a_bug(engine: Engine, step: int) -> None:
    before = engine.state_hash()
    with pytest.raises(ValueError, match="does not follow"):
        engine.apply(t.Sequence(engine.sequence + step), NOW, order())
    assert engine.state_hash() == before


def test_order_ids_carry_the_shard() -> None:
    engine = Engine(shard_id=3)
    for command in (CreateAsset("BTC", 2), CreateAsset("USD", 2)):
        engine.apply(t.Sequence(engine.sequence + 1), NOW, command)
    engine.apply(t.Sequence(3), NOW, market(quote_asset="USD"))
    engine.apply(t.Sequence(4), NOW, CreateAccount("Ann"))
    engine.apply(t.Sequence(5), NOW, credit(asset_id=2, amount_atoms=10**6))
    engine.apply(t.Sequence(6), NOW, order())
    assert [o.order_id for o in engine.open_orders(ANN)] == [(3 << 48) + 6]
