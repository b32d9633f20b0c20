"""Clients of a ClickHouse URL: what every connection has in common, and which failures may pass."""

import logging
from typing import Any, Final
from urllib.parse import urlsplit

# They tell every failure at length; who asks tells it in a line. Not "urllib3": clickhouse_connect gives that one a
# level of its own when it is imported, which is later.
for name in ("clickhouse_connect", "urllib3.connectionpool"):
    logging.getLogger(name).setLevel(logging.CRITICAL)

CONNECT_SECONDS: Final = 2

_TRANSIENT: Final = frozenset((159, 164, 202, 209, 210, 236, 241, 242, 243, 252, 279, 319, 394, 425, 439, 473, 999))
"""Codes of a server that is overloaded, starting, stopping, read-only or out of space."""


def client_options(url: str, seconds: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what clickhouse-connect takes to make a client. Raises ValueError for what is no ClickHouse URL."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https", "clickhouse", "clickhouses") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("not a ClickHouse URL such as http://user:password@host:8123/database")
    return {
        "dsn": url,
        "connect_timeout": CONNECT_SECONDS,
        "send_receive_timeout": seconds,
        "query_retries": 0,
        # A session would allow one query at a time.
        "autogenerate_session_id": False,
        "compress": False,
        "settings": settings,
        # The URL holds a password.
        "show_clickhouse_errors": "scrub",
    }


def may_pass(error: Exception) -> bool:
    """Tell whether a failure may pass by itself: no answer, or one that blames the moment and not the request."""
    from aiohttp import ClientError
    from clickhouse_connect.driver.exceptions import DatabaseError, Error
    from urllib3.exceptions import HTTPError

    if isinstance(error, DatabaseError):
        return error.code is None or error.code in _TRANSIENT
    return isinstance(error, (Error, ClientError, HTTPError, OSError, TimeoutError))


def in_a_line(error: Exception) -> str:
    """Return what failed and, if the system said so, why."""
    line = str(error).strip().split("\n")[0]
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return f"{line}: {cause.strerror}"
        cause = cause.__cause__ or cause.__context__
    return line
