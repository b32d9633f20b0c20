"""The engine names an attribute of a command; a client knows the field of its request."""

from typing import Final

_FIELDS: Final = {
    "account_id": "account_id",
    "amount_atoms": "amount",
    "asset_id": "asset",
    "expire_time_ns": "expire_time",
    "lot_units": "lot_size",
    "market_id": "market",
    "min_notional_atoms": "min_notional",
    "price_decimals": "tick_size",
    "price_ticks": "price",
    "quantity_decimals": "lot_size",
    "quantity_lots": "quantity",
    "tick_units": "tick_size",
}


def request_field(command_attribute: str) -> str:
    """Return the request's field that a command's attribute was made from; most have the same name."""
    return _FIELDS.get(command_attribute, command_attribute)
