"""Commands as they stand in the journal: `exchange.journal.v1.Command` and back.

Old journals decode for ever, so numbers keep their meaning and fields are only added.
"""

from collections.abc import Callable, Sequence
from typing import Final

from google.protobuf.message import DecodeError

from exchange.journal.v1 import journal_pb2
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
from exchange_server.engine.terms import terms_of
from exchange_server.engine.types import (
    AccountId,
    AssetId,
    Atoms,
    MarketId,
    OrderId,
    Ppm,
    TimeNs,
)


class CommandEncoder:
    """Encodes commands into one message that is used again and again; belongs to one writer.

    Every field is written every time, so nothing of the command before remains; this costs less than half of building
    a message for each order. A command that does not fit the contract (a negative number, a lone surrogate) raises
    ValueError or TypeError.
    """

    def __init__(self) -> None:
        place, cancel = journal_pb2.Command(), journal_pb2.Command()
        self._place: Final = place.place_order
        self._serialize_place: Final = place.SerializeToString
        self._cancel: Final = cancel.cancel_order
        self._serialize_cancel: Final = cancel.SerializeToString

    def encode_all(self, commands: Sequence[Command]) -> list[bytes]:
        """Encode commands in order."""
        place, serialize_place = self._place, self._serialize_place
        payloads: list[bytes] = []
        for command in commands:
            # 1. Orders and cancels are what there is millions of.
            if type(command) is PlaceOrder:
                place.account_id = command.account_id
                place.market_id = command.market_id
                place.side = command.side
                terms = command.terms
                place.type = terms.type
                place.time_in_force = terms.time_in_force
                place.post_only = terms.post_only
                place.price_ticks = command.price_ticks
                place.quantity_lots = command.quantity_lots
                place.client_order_id = command.client_order_id
                payloads.append(serialize_place())
            elif type(command) is CancelOrder:
                cancel = self._cancel
                cancel.account_id = command.account_id
                cancel.order_id = command.order_id
                cancel.client_order_id = command.client_order_id
                payloads.append(self._serialize_cancel())
            # 2. Everything else is rare.
            else:
                payloads.append(encode_command(command))
        return payloads


def encode_command(command: Command) -> bytes:
    """Encode one command; raises as `CommandEncoder` does."""
    message = journal_pb2.Command()
    fields = getattr(message, _FIELDS[type(command)])
    # A command may have no value but zeros, and is still of its kind.
    fields.SetInParent()
    for name, value in command_values(command).items():
        setattr(fields, name, value)
    return message.SerializeToString()


def command_values(command: Command) -> dict[str, int | str | bytes | bool]:
    """Return what a command says, by name of field.

    The contract knows the names; a compiled class does not tell its own.
    """
    descriptor = journal_pb2.Command.DESCRIPTOR.fields_by_name[_FIELDS[type(command)]].message_type
    assert descriptor is not None
    return {name: getattr(command, name) for name in sorted(descriptor.fields_by_name)}


def decode_command(payload: bytes) -> Command:
    """Decode one command; raises ValueError for bytes that are none this version knows."""
    try:
        # Nearly all are this: a tag and a length below 128 in front, so the inner message can be read directly.
        if len(payload) > 1 and payload[0] == _PLACE_ORDER_TAG and payload[1] == len(payload) - 2 < 128:
            return _place_order(_read_place_order(payload[2:]))
        message = journal_pb2.Command.FromString(payload)
    except DecodeError:
        raise ValueError("not a command") from None
    field = message.WhichOneof("command")
    if field is None:
        raise ValueError("a command of a kind that this version does not know")
    return _DECODERS[field](message)


def _place_order(place: journal_pb2.PlaceOrder) -> Command:
    return PlaceOrder(
        place.account_id,  # type: ignore[arg-type]
        place.market_id,  # type: ignore[arg-type]
        place.side,
        terms_of(place.type, place.time_in_force, place.post_only),
        place.price_ticks,  # type: ignore[arg-type]
        place.quantity_lots,  # type: ignore[arg-type]
        place.client_order_id,
    )


def _cancel_order(message: journal_pb2.Command) -> Command:
    cancel = message.cancel_order
    return CancelOrder(AccountId(cancel.account_id), OrderId(cancel.order_id), cancel.client_order_id)


def _cancel_all_orders(message: journal_pb2.Command) -> Command:
    cancel = message.cancel_all_orders
    return CancelAllOrders(AccountId(cancel.account_id), MarketId(cancel.market_id))


def _create_asset(message: journal_pb2.Command) -> Command:
    return CreateAsset(message.create_asset.name, message.create_asset.decimals)


def _create_market(message: journal_pb2.Command) -> Command:
    market = message.create_market
    return CreateMarket(
        market.base_asset,
        market.quote_asset,
        market.tick_units,
        market.price_decimals,
        market.lot_units,
        market.quantity_decimals,
        Atoms(market.min_notional_atoms),
        Ppm(market.maker_fee_ppm),
        Ppm(market.taker_fee_ppm),
    )


def _set_market_status(message: journal_pb2.Command) -> Command:
    return SetMarketStatus(MarketId(message.set_market_status.market_id), message.set_market_status.status)


def _create_account(message: journal_pb2.Command) -> Command:
    return CreateAccount(message.create_account.name)


def _create_api_key(message: journal_pb2.Command) -> Command:
    key = message.create_api_key
    return CreateApiKey(
        key.key_id, AccountId(key.account_id), key.secret_hash, key.scopes, key.label, TimeNs(key.expire_time_ns)
    )


def _revoke_api_key(message: journal_pb2.Command) -> Command:
    return RevokeApiKey(message.revoke_api_key.key_id)


def _credit(message: journal_pb2.Command) -> Command:
    credit = message.credit
    return Credit(AccountId(credit.account_id), AssetId(credit.asset_id), Atoms(credit.amount_atoms), credit.credit_id)


_FIELDS: Final[dict[type, str]] = {
    PlaceOrder: "place_order",
    CancelOrder: "cancel_order",
    CancelAllOrders: "cancel_all_orders",
    CreateAsset: "create_asset",
    CreateMarket: "create_market",
    SetMarketStatus: "set_market_status",
    CreateAccount: "create_account",
    CreateApiKey: "create_api_key",
    RevokeApiKey: "revoke_api_key",
    Credit: "credit",
}

_DECODERS: Final[dict[str, Callable[[journal_pb2.Command], Command]]] = {
    "place_order": lambda message: _place_order(message.place_order),
    "cancel_order": _cancel_order,
    "cancel_all_orders": _cancel_all_orders,
    "create_asset": _create_asset,
    "create_market": _create_market,
    "set_market_status": _set_market_status,
    "create_account": _create_account,
    "create_api_key": _create_api_key,
    "revoke_api_key": _revoke_api_key,
    "credit": _credit,
}

_PLACE_ORDER_TAG: Final = 1 << 3 | 2
_read_place_order = journal_pb2.PlaceOrder.FromString
