"""Accounts, balances and ledger entries as protobuf."""

from exchange.v1 import types_pb2
from exchange_server.engine.entities import Asset
from exchange_server.wire.decimals import format_units
from exchange_server.wire.times import timestamp


def account_message(account_id: int, name: str, create_time_ns: int) -> types_pb2.Account:
    """Return an account."""
    return types_pb2.Account(account_id=account_id, name=name, create_time=timestamp(create_time_ns))


def balance_message(asset: Asset, available_atoms: int, reserved_atoms: int) -> types_pb2.Balance:
    """Return a balance in asset units."""
    return types_pb2.Balance(
        asset=asset.name,
        available=format_units(available_atoms, asset.decimals),
        reserved=format_units(reserved_atoms, asset.decimals),
    )
