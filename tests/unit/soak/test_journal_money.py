"""The money that is recomputed from a journal: of what bots do it is the engine's, and a changed journal is noticed."""

import json
from typing import Any

import pytest

from tests.e2e.soak.journal_money import JournalMoney

ORDER: dict[str, Any] = {
    **dict.fromkeys(("quote_amount_atoms", "display_lots", "expire_time_ns", "trigger_price_ticks"), 0),
    **dict.fromkeys(("trailing_offset_ticks", "trailing_offset_bps", "activation_price_ticks"), 0),
    "peg_reference": 0,
    "peg_offset_ticks": 0,
    "slide": False,
    "self_trade_prevention": 1,
    "type": 1,
}
MAKER, TAKER = 1001, 1002
BUY, SELL = 1, 2


def order(account: int, side: int, price: int, lots: int, key: str, tif: int = 1, session: int = 0) -> dict[str, Any]:
    return {
        **ORDER,
        "command": "PlaceOrder",
        "account_id": account,
        "market_id": 1,
        "side": side,
        "price_ticks": price,
        "quantity_lots": lots,
        "client_order_id": key,
        "time_in_force": tif,
        "session_id": session,
        "post_only": tif == 1,
    }


def of_order(command: str, account: int, key: str, **fields: int) -> dict[str, Any]:
    return {"command": command, "account_id": account, "order_id": 0, "client_order_id": key, **fields}


def credit(account: int, asset: int, atoms: int) -> dict[str, Any]:
    return {"command": "Credit", "account_id": account, "asset_id": asset, "amount_atoms": atoms, "credit_id": "c"}


# A tick is 0.1 USDC, a lot 0.01 BTC: 1,000 atoms of USDC a tick × lot, and 1,000,000 atoms of BTC a lot.
MARKET: dict[str, Any] = {
    "command": "CreateMarket",
    "base_asset": "BTC",
    "quote_asset": "USDC",
    "tick_units": 1,
    "price_decimals": 1,
    "lot_units": 1,
    "quantity_decimals": 2,
    "min_notional_atoms": 1,
    "maker_fee_ppm": 100,
    "taker_fee_ppm": 400,
}
START: list[dict[str, Any]] = [
    {"command": "CreateAsset", "name": "USDC", "decimals": 6},
    {"command": "CreateAsset", "name": "BTC", "decimals": 8},
    MARKET,
    MARKET,
    {"command": "CreateAccount", "name": "maker"},
    {"command": "CreateAccount", "name": "taker"},
    {"command": "CreateAccount", "name": "maker"},
    {"command": "CreateApiKey", "account_id": MAKER},
    credit(MAKER, 2, 500_000_000),
    credit(TAKER, 1, 900_000_000),
]
FLOW: list[dict[str, Any]] = [
    order(MAKER, SELL, 1_000, 50, "a", session=7),
    order(MAKER, SELL, 1_001, 30, "b", session=7),
    order(TAKER, BUY, 1_000, 20, "t", tif=2),
]


def money_of(*commands: dict[str, Any]) -> JournalMoney:
    numbered = ({"sequence": n, "time_ns": n, **command} for n, command in enumerate([*START, *commands], 1))
    return JournalMoney().apply(json.dumps(command) for command in numbered)


def test_a_trade_moves_base_quote_and_fees_to_the_atom() -> None:
    money = money_of(*FLOW)
    # 1,000 ticks × 20 lots × 1,000 atoms = 20 USDC; fees of 0.01% and 0.04%.
    assert money.held() == {
        (MAKER, "BTC"): 480_000_000,
        (MAKER, "USDC"): 20_000_000 - 2_000,
        (TAKER, "BTC"): 20_000_000,
        (TAKER, "USDC"): 900_000_000 - 20_000_000 - 8_000,
        (1, "BTC"): -500_000_000,
        (1, "USDC"): -900_000_000,
        (2, "USDC"): 10_000,
    }
    assert money.credited() == {"BTC": 500_000_000, "USDC": 900_000_000}
    assert money.reserved() == {(MAKER, "BTC"): 60_000_000}
    assert (money.open_orders, money.trades) == (2, {"BTC-USDC": 1})


def test_amends_cancels_and_the_end_of_a_session_change_what_is_reserved() -> None:
    assert money_of(*FLOW, of_order("AmendOrder", MAKER, "a", price_ticks=0, quantity_lots=25)).reserved() == {
        (MAKER, "BTC"): 35_000_000
    }
    assert money_of(*FLOW, of_order("CancelOrder", MAKER, "b")).reserved() == {(MAKER, "BTC"): 30_000_000}
    ended = {"command": "CancelSessionOrders", "account_id": MAKER, "session_id": 7}
    assert money_of(*FLOW, ended).open_orders == 0
    assert money_of(*FLOW, {**ended, "session_id": 8}).open_orders == 2
    assert money_of(*FLOW, {"command": "CancelAllOrders", "account_id": MAKER, "market_id": 0}).open_orders == 0


def test_a_key_is_remembered_after_its_order_closed() -> None:
    assert money_of(*FLOW, FLOW[-1]).trades == {"BTC-USDC": 1}
    assert money_of(*FLOW, {**FLOW[-1], "client_order_id": "other"}).trades == {"BTC-USDC": 2}


@pytest.mark.parametrize(
    "command",
    [
        {"command": "SetMarketStatus", "market_id": 1, "status": 2},
        {**FLOW[0], "display_lots": 1},
        {**FLOW[0], "type": 2},
        {**FLOW[0], "self_trade_prevention": 2},
        {"command": "CancelAllOrders", "account_id": MAKER, "market_id": 0, "side": 1},
    ],
)
def test_a_command_that_no_bot_sends_is_refused(command: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        money_of(command)


def test_a_record_that_is_missing_is_noticed() -> None:
    with pytest.raises(AssertionError):
        JournalMoney().apply([json.dumps({"sequence": 2, "time_ns": 1, **START[0]})])
