"""Which characters names, keys and labels may have; all are ASCII."""

from typing import Final

from exchange_server.engine.types import MAX_ASSET_NAME, MAX_KEY_ID, MAX_NAME

_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS: Final = "0123456789"
_HEXADECIMAL: Final = "0123456789abcdef"


def is_visible(key: str) -> bool:
    """Tell whether a client order id or credit id is 1 to 64 visible ASCII characters (no space)."""
    return 0 < len(key) <= MAX_NAME and key.isascii() and key.isprintable() and " " not in key


def is_label(label: str) -> bool:
    """Tell whether a label is at most 64 visible ASCII characters or spaces."""
    return len(label) <= MAX_NAME and label.isascii() and label.isprintable()


def is_asset_name(name: str) -> bool:
    """Tell whether a name is 1 to 16 capital letters and digits, a letter first."""
    return (
        0 < len(name) <= MAX_ASSET_NAME
        and name[0] in _CAPITALS
        and all(character in _CAPITALS + _DIGITS for character in name)
    )


def is_account_name(name: str) -> bool:
    """Tell whether a name is 1 to 64 letters, digits, "_", "-", ".", a letter or digit first."""
    if not (0 < len(name) <= MAX_NAME and name.isascii() and name[0].isalnum()):
        return False
    return all(character.isalnum() or character in "_-." for character in name)


def is_key_id(key_id: str) -> bool:
    """Tell whether a key id is 1 to 32 lower-case hexadecimal digits."""
    return 0 < len(key_id) <= MAX_KEY_ID and all(character in _HEXADECIMAL for character in key_id)


def is_client_order_id(key: str) -> bool:
    """Tell whether a client order id is 1 to 64 visible ASCII characters."""
    return 0 < len(key) <= MAX_NAME and key.isascii() and key.isprintable() and " " not in key
