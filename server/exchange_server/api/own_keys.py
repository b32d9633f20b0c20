"""AccountService: the API keys of the caller's own account."""

from typing import Final

from exchange.v1 import account_service_pb2 as pb
from exchange_server.api.auth import ANY_SCOPE, new_api_key
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.errors import API_KEY_NOT_FOUND, TOO_MANY_API_KEYS, CallError
from exchange_server.api.history import HistoryReader
from exchange_server.engine.commands import RevokeApiKey
from exchange_server.engine.entities import ApiKey
from exchange_server.engine.types import SCOPE_READ, SCOPE_TRADE, AccountId
from exchange_server.wire.api_keys import api_key_message, create_own_api_key

MAX_KEYS: Final = 1_000
"""That an account may have had before it makes no more by itself: the engine keeps the revoked ones, too."""
JUST_NOW_NS: Final = 1 << 63


class OwnApiKeys:
    """Listing, creating and revoking them. Nobody gets more with a key than its own key gave."""

    def __init__(self, core: Core, history: HistoryReader) -> None:
        self._core: Final = core
        self._history: Final = history

    def methods(self) -> dict[str, Method]:
        """Return the table of these calls."""
        service = "/exchange.v1.AccountService"
        return {
            f"{service}/ListApiKeys": Method(self.list_api_keys, SCOPE_READ),
            f"{service}/CreateOwnApiKey": Method(self.create_own_api_key, ANY_SCOPE),
            f"{service}/RevokeOwnApiKey": Method(self.revoke_own_api_key, ANY_SCOPE),
        }

    async def list_api_keys(self, request: pb.ListApiKeysRequest, call: Call) -> pb.ListApiKeysResponse:
        account_id = self._core.account_of(call, request.account_id)
        created_ns = await self._history.api_key_times(account_id)
        now_ns = self._core.clock_ns()
        working = [key for key in self._keys(account_id) if not key.revoked and not 0 < key.expire_time_ns <= now_ns]
        # The history does not have the newest yet; of the oldest, made before it kept this, it does not know when.
        working.sort(key=lambda key: created_ns.get(key.key_id, JUST_NOW_NS))
        current = call.principal.key
        response = pb.ListApiKeysResponse(
            api_keys=[
                api_key_message(key, created_ns.get(key.key_id, 0), current=key is current) for key in reversed(working)
            ]
        )
        await self._core.settled()
        return response

    async def create_own_api_key(self, request: pb.CreateOwnApiKeyRequest, call: Call) -> pb.CreateOwnApiKeyResponse:
        principal = call.principal
        assert principal.key is not None
        for place, scope in enumerate(request.scopes):
            principal.require(scope, f"scopes[{place}]")
        if len(self._keys(principal.account_id)) >= MAX_KEYS:
            raise CallError(TOO_MANY_API_KEYS)
        key_id, api_key, secret_hash = new_api_key()
        command = create_own_api_key(request, principal.key, key_id, secret_hash, self._core.clock_ns())
        if request.validate_only:
            await self._core.check(command)
            return pb.CreateOwnApiKeyResponse()
        await self._core.execute(command, call)
        return pb.CreateOwnApiKeyResponse(key_id=key_id, api_key=api_key)

    async def revoke_own_api_key(self, request: pb.RevokeOwnApiKeyRequest, call: Call) -> pb.RevokeOwnApiKeyResponse:
        principal = call.principal
        key = self._core.engine.api_keys.get(request.key_id)
        if key is None or key is not principal.key:
            principal.require(SCOPE_TRADE)
        if key is None or key.account_id != principal.account_id:
            raise CallError(API_KEY_NOT_FOUND, "key_id")
        command = RevokeApiKey(key.key_id)
        if request.validate_only:
            await self._core.check(command)
        else:
            await self._core.execute(command, call)
        return pb.RevokeOwnApiKeyResponse()

    def _keys(self, account_id: AccountId) -> list[ApiKey]:
        """Return an account's keys, as they were made, as far as that is known."""
        return self._core.engine.api_keys_by_account.get(account_id, [])
