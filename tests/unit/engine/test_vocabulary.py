"""The engine's numbers are those of the public contract."""

import pytest
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from exchange.v1 import types_pb2
from exchange_server.engine import types as t

# Prefix in the engine, enum of the contract, its prefix, and what only the contract or only the engine has.
VOCABULARIES: list[tuple[str, EnumTypeWrapper, str, set[str]]] = [
    ("SIDE_", types_pb2.Side, "SIDE_", {"UNSPECIFIED"}),
    ("TYPE_", types_pb2.OrderType, "ORDER_TYPE_", {"UNSPECIFIED"}),
    ("TIF_", types_pb2.TimeInForce, "TIME_IN_FORCE_", {"UNSPECIFIED"}),
    ("ORDER_", types_pb2.OrderStatus, "ORDER_STATUS_", {"UNSPECIFIED"}),
    ("SELF_TRADE_", types_pb2.SelfTradePrevention, "SELF_TRADE_PREVENTION_", {"UNSPECIFIED"}),
    ("SCOPE_", types_pb2.Scope, "SCOPE_", {"UNSPECIFIED"}),
    ("MARKET_", types_pb2.MarketStatus, "MARKET_STATUS_", {"UNSPECIFIED"}),
]


@pytest.mark.parametrize(("prefix", "enum", "enum_prefix", "only"), VOCABULARIES, ids=lambda value: str(value)[:16])
def test_the_numbers_are_those_of_the_contract(
    prefix: str, enum: EnumTypeWrapper, enum_prefix: str, only: set[str]
) -> None:
    contract = {name.removeprefix(enum_prefix): number for name, number in enum.items()}
    for name in only:
        del contract[name]
    assert {n.removeprefix(prefix): v for n, v in vars(t).items() if n.startswith(prefix)} == contract


def test_the_reasons_for_closing_are_those_of_the_contract() -> None:
    names = {
        "CLOSE_NONE": "UNSPECIFIED",
        "CLOSE_BY_OWNER": "CANCELED_BY_OWNER",
        "CLOSE_BY_OPERATOR": "CANCELED_BY_OPERATOR",
    }
    mine = {
        "CLOSE_REASON_" + names.get(n, n.removeprefix("CLOSE_")): v
        for n, v in vars(t).items()
        if n.startswith("CLOSE_")
    }
    assert mine == dict(types_pb2.CloseReason.items())


def test_every_refusal_of_the_engine_is_one_of_the_contract() -> None:
    contract = dict(types_pb2.RejectReason.items())
    mine = {n.removeprefix("REJECT_"): v for n, v in vars(t).items() if n.startswith("REJECT_")}
    assert mine.pop("NONE") == contract["REJECT_REASON_UNSPECIFIED"]
    assert len(mine) > 10
    for name, number in mine.items():
        assert contract["REJECT_REASON_" + name] == number
