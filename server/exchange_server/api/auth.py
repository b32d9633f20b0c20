"""Who calls, and what they may do.

Today a caller shows an API key. Wallet sign-in and request signatures become further ways to a `Principal`, tried in
`Authenticator.authenticate`; rate limits take tokens from a bucket of the principal it returns.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from exchange.v1 import types_pb2
from exchange_server.api.errors import SCOPE_MISSING, UNAUTHENTICATED, CallError
from exchange_server.engine.entities import ApiKey
from exchange_server.engine.types import SCOPE_ADMIN, AccountId

ANY_SCOPE: Final = 0
"""Of a method that every key may call; what it may do there, the handler asks."""

_HEADER = "authorization"
_SCHEME = "bearer "
_SECRET_BYTES = 32
_REMEMBERED = 10_000


class Principal:
    """An account, and what its key allows. The scope ADMIN implies every other."""

    __slots__ = ("account_id", "key", "scopes")

    def __init__(self, account_id: AccountId, scopes: int, key: ApiKey | None) -> None:
        self.account_id: Final = account_id
        self.scopes: Final = scopes
        self.key: Final = key

    def may(self, scope: int) -> bool:
        """Tell whether the key has a scope (`exchange.v1.Scope`)."""
        return bool(self.scopes & (1 << scope | 1 << SCOPE_ADMIN))

    def require(self, scope: int, field: str = "") -> None:
        """Raise CallError, naming the field that asks for it if one does, when the key lacks a scope."""
        if not self.may(scope):
            name = scope_name(scope)
            message = f"the API key lacks the scope {name}"
            raise CallError(SCOPE_MISSING, field, message, metadata={"scope": name})

    def check(self, now_ns: int) -> None:
        """Raise CallError when the key was revoked or has expired since the call began; streams ask this."""
        key = self.key
        if key is not None and (key.revoked or 0 < key.expire_time_ns <= now_ns):
            raise CallError(UNAUTHENTICATED)


ANYBODY: Final = Principal(AccountId(0), 0, None)
"""Who calls a public method without a key, or one that does not look at keys."""


class Authenticator:
    """Finds the principal of a call by the SHA-256 of its key: the keys themselves are nowhere."""

    def __init__(self, keys_by_hash: Mapping[bytes, ApiKey], clock_ns: Callable[[], int]) -> None:
        self._keys: Final = keys_by_hash
        self._clock_ns: Final = clock_ns
        # Headers that were right once; whether their key still works is asked every time.
        self._remembered: Final[dict[str | bytes, Principal]] = {}

    def authenticate_if_keyed(self, metadata: Iterable[tuple[str, str | bytes]]) -> Principal:
        """Return the caller, anybody without a key. Raises CallError when there is one and it does not work."""
        for key, value in metadata:
            if key == _HEADER:
                principal = self._remembered.get(value) or self._find(value)
                principal.check(self._clock_ns())
                return principal
        return ANYBODY

    def authenticate(self, metadata: Iterable[tuple[str, str | bytes]], scope: int) -> Principal:
        """Return the caller. Raises CallError when the key is missing or does not work, or lacks the scope."""
        for key, value in metadata:
            if key == _HEADER:
                principal = self._remembered.get(value) or self._find(value)
                break
        else:
            raise CallError(UNAUTHENTICATED)
        principal.check(self._clock_ns())
        if scope != ANY_SCOPE:
            principal.require(scope)
        return principal

    def _find(self, header: str | bytes) -> Principal:
        text = header if isinstance(header, str) else header.decode("ascii", "replace")
        key = None
        if text[: len(_SCHEME)].lower() == _SCHEME:
            key = self._keys.get(hashlib.sha256(text[len(_SCHEME) :].encode()).digest())
        if key is None:
            raise CallError(UNAUTHENTICATED)
        principal = Principal(key.account_id, key.scopes, key)
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[header] = principal
        return principal


def new_api_key() -> tuple[str, str, bytes]:
    """Return a random key: its public id, the key itself, and the SHA-256 that is kept of it."""
    key_id = secrets.token_hex(8)
    api_key = f"ex_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return key_id, api_key, hashlib.sha256(api_key.encode()).digest()


def scope_name(scope: int) -> str:
    """Return a scope's name without its prefix."""
    name: str = types_pb2.Scope.Name(scope)
    return name.removeprefix("SCOPE_")
