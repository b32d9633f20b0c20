"""The engine names an attribute of a command; a client knows the field of its request."""

from typing import Final

_FIELDS: Final = {
    "account_id": "account_id",
    "activation_price_ticks": "activation_price",
    "amount_atoms": "amount",
    "asset_id": "asset",
    "display_lots": "display_quantity",
    "expire_time_ns": "expire_time",
    "lot_units": "lot_size",
    "market_id": "market",
    "max_lots": "max_quantity",
    "max_notional_atoms": "max_notional",
    "min_lots": "min_quantity",
    "min_notional_atoms": "min_notional",
    "price_decimals": "tick_size",
    "price_ticks": "price",
    "quantity_decimals": "lot_size",
    "quantity_lots": "quantity",
    "quote_amount_atoms": "quote_amount",
    "reference_price_ticks": "reference_price",
    "self_trade": "self_trade_prevention",
    "tick_units": "tick_size",
    "timeout_ns": "timeout_ms",
    "trailing_offset_ticks": "trailing_offset",
    "trigger_price_ticks": "trigger_price",
}


def request_field(command_attribute: str) -> str:
    """Return the request's field that a command's attribute was made from; most have the same name."""
    return _FIELDS.get(command_attribute, command_attribute)
