"""The ClickHouse HTTP protocol in front of a chDB store, as far as `clickhouse-connect` and `curl` speak it.

https://clickhouse.com/docs/interfaces/http describes it. What is left out is refused with a clear error: sessions,
external data, files. Memory is bounded: so many requests at once, each with a body and a result of at most so much.
"""

import asyncio
import base64
import binascii
import hmac
import json
import logging
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp import web

from exchange_server.embedded.chdb_store import NOT_IMPLEMENTED, Answer, ChdbStore, Query, QueryError
from exchange_server.embedded.request_bodies import LARGEST_BODY, BodyDamaged, BodyTooLarge, decompressed

logger = logging.getLogger(__name__)

THREADS: Final = 3
"""Requests that run at once; more wait."""
LARGEST_WAIT: Final = 64
"""Requests that may wait; more are refused. Their bodies are not read before their turn."""

_TRANSPORT: Final = frozenset(
    (
        "buffer_size",
        "client_protocol_version",
        "compress",
        "database",
        "decompress",
        "default_format",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "http_response_headers",
        "password",
        "query",
        "query_id",
        "quota_key",
        "role",
        "send_progress_in_http_headers",
        "session_check",
        "session_id",
        "session_timeout",
        "user",
        "wait_end_of_query",
    )
)
"""Names in a URL that are not settings of the engine."""

AUTHENTICATION_FAILED: Final = 516
TOO_LARGE: Final = 307
"""TOO_MANY_BYTES."""
TOO_MANY: Final = 202
"""TOO_MANY_SIMULTANEOUS_QUERIES."""
CANNOT_DECOMPRESS: Final = 271

_STATUS: Final = {
    AUTHENTICATION_FAILED: 403,
    NOT_IMPLEMENTED: 501,
    TOO_LARGE: 413,
    TOO_MANY: 503,
    **dict.fromkeys((60, 81, 47, 36, 46), 404),
    **dict.fromkeys((62, 6, 27, 38, 41, 43, 53, 70, 115, 117, 164, 271, 456, 457), 400),
}
"""HTTP status by ClickHouse code; of others it is 500."""


class ClickHouseHttp:
    """The handlers. They run on one event loop, the store in threads."""

    def __init__(self, store: ChdbStore, user: str, password: str) -> None:
        self._store: Final = store
        self._user: Final = user
        self._password: Final = password.encode()
        self._threads: Final = ThreadPoolExecutor(THREADS, thread_name_prefix="query")
        self._turns: Final = asyncio.Semaphore(THREADS)
        self._waiting = 0

    def application(self) -> web.Application:
        """Return what an HTTP server serves."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_get("/ping", self._ping)
        for method in ("GET", "POST"):
            application.router.add_route(method, "/", self._answer)
        return application

    async def close(self) -> None:
        """Wait for the queries under way."""
        await asyncio.to_thread(self._threads.shutdown)

    async def _ping(self, request: web.Request) -> web.Response:
        return web.Response(text="Ok.\n")

    async def _answer(self, request: web.Request) -> web.Response:
        query_id = request.query.get("query_id", "") or str(uuid.uuid4())
        try:
            answer = await self._run(request)
        except QueryError as error:
            return _refusal(error, query_id)
        summary = {"read_rows": str(answer.read_rows), "written_rows": str(answer.written_rows)}
        return web.Response(
            body=answer.content,
            headers={
                "Content-Type": "application/octet-stream",
                "X-ClickHouse-Query-Id": query_id,
                "X-ClickHouse-Format": answer.format,
                "X-ClickHouse-Timezone": "UTC",
                "X-ClickHouse-Summary": json.dumps(summary),
            },
        )

    async def _run(self, request: web.Request) -> Answer:
        if not self._may(request):
            raise QueryError(
                AUTHENTICATION_FAILED,
                "Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)",
            )
        if self._waiting >= LARGEST_WAIT:
            raise QueryError(
                TOO_MANY, "Code: 202. DB::Exception: too many requests wait. (TOO_MANY_SIMULTANEOUS_QUERIES)"
            )
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        # The turn ends with the query, also when the client has gone meanwhile.
        try:
            query = await _read(request)
            running = asyncio.get_running_loop().run_in_executor(self._threads, self._store.run, query)
        except BaseException:
            self._turns.release()
            raise
        running.add_done_callback(lambda _: self._turns.release())
        return await asyncio.shield(running)

    def _may(self, request: web.Request) -> bool:
        """Check the password, in whichever of the protocol's three places it is."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif "X-ClickHouse-Key" in request.headers:
            user, password = request.headers.get("X-ClickHouse-User", ""), request.headers["X-ClickHouse-Key"]
        else:
            user, password = request.query.get("user", ""), request.query.get("password", "")
        return user == self._user and hmac.compare_digest(password.encode(), self._password)


async def _read(request: web.Request) -> Query:
    """Read a request whose turn it is. Raises QueryError."""
    asked: dict[str, str] = dict(request.query)
    if request.content_type == "multipart/form-data":
        body = b""
        asked.update(await _fields(request))
    else:
        body = await _body(request)
    text = asked.get("query", "").encode()
    return Query(
        text=text + b"\n" + body if text and body else text or body,
        database=asked.get("database", ""),
        settings={name: value for name, value in asked.items() if _is_setting(name)},
        parameters={name.removeprefix("param_"): value for name, value in asked.items() if name.startswith("param_")},
        default_format=asked.get("default_format") or request.headers.get("X-ClickHouse-Format") or "TabSeparated",
        readonly=request.method == "GET",
    )


def _is_setting(name: str) -> bool:
    return name not in _TRANSPORT and not name.startswith("param_")


async def _body(request: web.Request) -> bytes:
    try:
        body = await request.read()
        return await asyncio.to_thread(decompressed, body, request.headers.get("Content-Encoding", "").lower())
    except (web.HTTPRequestEntityTooLarge, BodyTooLarge):
        raise _too_large() from None
    except BodyDamaged as error:
        raise QueryError(CANNOT_DECOMPRESS, f"Code: 271. DB::Exception: {error}. (CANNOT_DECOMPRESS)") from None


async def _fields(request: web.Request) -> Mapping[str, str]:
    """Read a form: the query and its parameters may come as fields; files (external data) are refused."""
    try:
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise _too_large() from None
    fields: dict[str, str] = {}
    for name, value in form.items():
        if not isinstance(value, str):
            raise QueryError(
                NOT_IMPLEMENTED, "Code: 48. DB::Exception: external data is not supported. (NOT_IMPLEMENTED)"
            )
        fields[name] = value
    return fields


def _too_large() -> QueryError:
    return QueryError(
        TOO_LARGE, f"Code: 307. DB::Exception: the body has more than {LARGEST_BODY} bytes. (TOO_MANY_BYTES)"
    )


def _refusal(error: QueryError, query_id: str) -> web.Response:
    return web.Response(
        status=_STATUS.get(error.code, 500),
        text=str(error).rstrip() + "\n",
        headers={"X-ClickHouse-Exception-Code": str(error.code), "X-ClickHouse-Query-Id": query_id},
    )
