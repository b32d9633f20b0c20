"""Accounts, balances and ledger entries as protobuf."""

from typing import cast

from exchange.v1 import types_pb2
from exchange_server.engine.entities import Asset
from exchange_server.wire.decimals import format_units
from exchange_server.wire.times import timestamp


def account_message(account_id: int, name: str, create_time_ns: int, trade_group_id: int = 0) -> types_pb2.Account:
    """Return an account."""
    return types_pb2.Account(
        account_id=account_id, name=name, create_time=timestamp(create_time_ns), trade_group_id=trade_group_id
    )


def balance_message(asset: Asset, available_atoms: int, reserved_atoms: int) -> types_pb2.Balance:
    """Return a balance in asset units."""
    return types_pb2.Balance(
        asset=asset.name,
        available=format_units(available_atoms, asset.decimals),
        reserved=format_units(reserved_atoms, asset.decimals),
    )


def ledger_entry_message(
    asset: Asset,
    sequence: int,
    line: int,
    account_id: int,
    amount_atoms: int,
    kind: int,
    market_name: str,
    trade_id: int,
    time_ns: int,
) -> types_pb2.LedgerEntry:
    """Return one line of the ledger; the amount is signed, the market's name empty for a credit."""
    return types_pb2.LedgerEntry(
        sequence=sequence,
        line=line,
        account_id=account_id,
        asset=asset.name,
        amount=format_units(amount_atoms, asset.decimals),
        kind=cast(types_pb2.LedgerEntryKind, kind),
        market=market_name,
        trade_id=trade_id,
        book_time=timestamp(time_ns),
    )
