"""Commands as they stand in the journal: `exchange.journal.v1.Command` and back.

Old journals decode for ever, so numbers keep their meaning and fields are only added.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from google.protobuf.message import DecodeError

from exchange.journal.v1 import journal_pb2
from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    CancelSessionOrders,
    Command,
    CreateAccount,
    CreateApiKey,
    CreateAsset,
    CreateMarket,
    Credit,
    ExpireOrders,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
    RevokeApiKey,
    RunCancelAllAfter,
    SetCancelAllAfter,
    SetMarketProtection,
    SetMarketStatus,
    SetTradeGroup,
)
from exchange_server.engine.terms import Terms, is_special
from exchange_server.engine.types import AccountId, AssetId, Atoms, Lots, MarketId, Ppm, Ticks, TimeNs
from exchange_server.wire.journal_orders import (
    SPECIAL_FIELDS,
    amend_order,
    any_place_order,
    batch_orders,
    cancel_order,
    place_order,
    place_special_order,
)

Value: TypeAlias = "int | str | bytes | bool | dict[str, Value] | list[Value]"

MODE_STOP_ON_FAILURE: Final = 1
MODE_ALLOW_FAILURE: Final = 2
"""`exchange.v1.CancelReplaceMode`."""


class CommandEncoder:
    """Encodes commands; belongs to one writer.

    A plain order and a cancel go into one message each that is used again and again. Every field of it is written every
    time, so nothing of the command before remains; this costs less than half of building a message for each order. A
    command that does not fit the contract (a negative number, a lone surrogate) raises ValueError or TypeError.
    """

    def __init__(self) -> None:
        place, cancel = journal_pb2.Command(), journal_pb2.Command()
        self._place: Final = place.place_order
        self._serialize_place: Final = place.SerializeToString
        self._cancel: Final = cancel.cancel_order
        self._serialize_cancel: Final = cancel.SerializeToString

    def encode_all(self, commands: Sequence[Command]) -> list[bytes]:
        """Encode commands in order."""
        place, serialize_place, plain = self._place, self._serialize_place, Terms
        payloads: list[bytes] = []
        for command in commands:
            # 1. Plain orders and cancels are what there is millions of.
            if type(command) is PlaceOrder and type(terms := command.terms) is plain:
                place.account_id = command.account_id
                place.market_id = command.market_id
                place.side = command.side
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
    kind = _FIELDS[type(command)]
    if isinstance(command, PlaceOrder) and is_special(command.terms):
        kind = "place_special_order"
    values: Any = {kind: command_values(command)}
    message = journal_pb2.Command(**values)
    # A command may have no value but zeros, and is still of its kind.
    getattr(message, kind).SetInParent()
    return message.SerializeToString()


def command_values(command: Command) -> dict[str, Value]:
    """Return what a command says, by name of field in the journal.

    The contract knows the names; a compiled class does not tell its own.
    """
    if isinstance(command, PlaceOrder):
        return _place_values(command)
    if isinstance(command, CancelReplaceOrder):
        mode = MODE_STOP_ON_FAILURE if command.stop_on_failure else MODE_ALLOW_FAILURE
        return {
            "cancel_order": command_values(command.cancel),
            "place_order": _place_values(command.place),
            "mode": mode,
        }
    if isinstance(command, BatchOrders):
        # Of an item the kind does not tell whether an order is plain: its fields do.
        return {"items": [{_FIELDS[type(item)]: command_values(item)} for item in command.items]}
    descriptor = journal_pb2.Command.DESCRIPTOR.fields_by_name[_FIELDS[type(command)]].message_type
    assert descriptor is not None
    values = {name: getattr(command, name) for name in sorted(descriptor.fields_by_name)}
    return {name: _place_values(value) if isinstance(value, PlaceOrder) else value for name, value in values.items()}


def _place_values(command: PlaceOrder) -> dict[str, Value]:
    values: dict[str, Value] = {name: getattr(command, name) for name in _PLAIN_FIELDS}
    if is_special(command.terms):
        values |= zip(SPECIAL_FIELDS, command.terms.row(), strict=True)
        values["slide"] = command.terms.slide
    return values


def decode_command(payload: bytes) -> Command:
    """Decode one command; raises ValueError for bytes that are none this version knows."""
    try:
        # Nearly all are these: a tag and a length below 128 in front, so the inner message can be read directly.
        if len(payload) > 1 and payload[1] == len(payload) - 2 < 128:
            if payload[0] == _PLACE_ORDER_TAG:
                return place_order(_read_place_order(payload[2:]))
            if payload[0] == _CANCEL_ORDER_TAG:
                return cancel_order(_read_cancel_order(payload[2:]))
        message = journal_pb2.Command.FromString(payload)
    except DecodeError:
        raise ValueError("not a command") from None
    decode = _DECODERS.get(message.WhichOneof("command") or "")
    if decode is None:
        raise ValueError("a command of a kind that this version does not know")
    return decode(message)


def _cancel_all_orders(message: journal_pb2.Command) -> Command:
    cancel = message.cancel_all_orders
    return CancelAllOrders(
        AccountId(cancel.account_id), MarketId(cancel.market_id), cancel.side, cancel.client_order_id_prefix
    )


def _cancel_replace_order(message: journal_pb2.Command) -> Command:
    replace = message.cancel_replace_order
    return CancelReplaceOrder(
        cancel_order(replace.cancel_order),
        any_place_order(replace.place_order),
        replace.mode != MODE_ALLOW_FAILURE,
    )


def _place_oco_order(message: journal_pb2.Command) -> Command:
    pair = message.place_oco_order
    return PlaceOcoOrder(any_place_order(pair.above), any_place_order(pair.below))


def _place_bracket_order(message: journal_pb2.Command) -> Command:
    legs = message.place_bracket_order
    return PlaceBracketOrder(*map(any_place_order, (legs.entry, legs.take_profit, legs.stop_loss)))


def _set_market_protection(message: journal_pb2.Command) -> Command:
    protection = message.set_market_protection
    return SetMarketProtection(
        MarketId(protection.market_id),
        Lots(protection.min_lots),
        Lots(protection.max_lots),
        Atoms(protection.min_notional_atoms),
        Atoms(protection.max_notional_atoms),
        protection.max_open_orders,
        protection.price_band_bps,
        protection.market_protection_bps,
        Ticks(protection.reference_price_ticks),
    )


def _set_cancel_all_after(message: journal_pb2.Command) -> Command:
    switch = message.set_cancel_all_after
    return SetCancelAllAfter(AccountId(switch.account_id), switch.timeout_ns)


def _run_cancel_all_after(message: journal_pb2.Command) -> Command:
    switch = message.run_cancel_all_after
    return RunCancelAllAfter(AccountId(switch.account_id), TimeNs(switch.cancel_time_ns))


def _cancel_session_orders(message: journal_pb2.Command) -> Command:
    session = message.cancel_session_orders
    return CancelSessionOrders(AccountId(session.account_id), session.session_id)


def _set_trade_group(message: journal_pb2.Command) -> Command:
    group = message.set_trade_group
    return SetTradeGroup(AccountId(group.account_id), group.trade_group_id)


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
    AmendOrder: "amend_order",
    CancelReplaceOrder: "cancel_replace_order",
    PlaceOcoOrder: "place_oco_order",
    PlaceBracketOrder: "place_bracket_order",
    BatchOrders: "batch_orders",
    SetMarketProtection: "set_market_protection",
    SetCancelAllAfter: "set_cancel_all_after",
    ExpireOrders: "expire_orders",
    RunCancelAllAfter: "run_cancel_all_after",
    CancelSessionOrders: "cancel_session_orders",
    SetTradeGroup: "set_trade_group",
    CreateAsset: "create_asset",
    CreateMarket: "create_market",
    SetMarketStatus: "set_market_status",
    CreateAccount: "create_account",
    CreateApiKey: "create_api_key",
    RevokeApiKey: "revoke_api_key",
    Credit: "credit",
}

_DECODERS: Final[dict[str, Callable[[journal_pb2.Command], Command]]] = {
    "place_order": lambda message: place_order(message.place_order),
    "place_special_order": lambda message: place_special_order(message.place_special_order),
    "cancel_order": lambda message: cancel_order(message.cancel_order),
    "cancel_all_orders": _cancel_all_orders,
    "amend_order": lambda message: amend_order(message.amend_order),
    "batch_orders": lambda message: batch_orders(message.batch_orders),
    "cancel_replace_order": _cancel_replace_order,
    "place_oco_order": _place_oco_order,
    "place_bracket_order": _place_bracket_order,
    "set_market_protection": _set_market_protection,
    "set_cancel_all_after": _set_cancel_all_after,
    "expire_orders": lambda message: ExpireOrders(),
    "run_cancel_all_after": _run_cancel_all_after,
    "cancel_session_orders": _cancel_session_orders,
    "set_trade_group": _set_trade_group,
    "create_asset": _create_asset,
    "create_market": _create_market,
    "set_market_status": _set_market_status,
    "create_account": _create_account,
    "create_api_key": _create_api_key,
    "revoke_api_key": _revoke_api_key,
    "credit": _credit,
}

_PLAIN_FIELDS: Final = (
    "account_id",
    "client_order_id",
    "market_id",
    "post_only",
    "price_ticks",
    "quantity_lots",
    "side",
    "time_in_force",
    "type",
)

LATER_FIELDS: Final[dict[type, tuple[str, ...]]] = {CancelAllOrders: ("side", "client_order_id_prefix")}
"""Fields that a kind of command got when journals had it already; unset they mean what was meant before."""

_PLACE_ORDER_TAG: Final = 1 << 3 | 2
_read_place_order = journal_pb2.PlaceOrder.FromString
_CANCEL_ORDER_TAG: Final = 2 << 3 | 2
_read_cancel_order = journal_pb2.CancelOrder.FromString
