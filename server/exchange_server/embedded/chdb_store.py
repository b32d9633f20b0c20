"""One chDB store, asked the way a ClickHouse server is asked: each request with settings of its own.

Every request gets a handle of its own on the engine, which costs half a millisecond: what one request sets, the next
does not find. Rows of an INSERT go through memory, never through a file. What the engine may take is bounded here, and
a request can only ask for less.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import chdb
from chdb.state.sqlitelike import Connection

SERVER_BOUNDS: Final = {
    "max_server_memory_usage": 1_500_000_000,
    "mark_cache_size": 64 << 20,
    "max_thread_pool_size": 200,
}
"""Of the whole engine: bytes and threads."""
QUERY_BOUNDS: Final = {
    "max_memory_usage": 1_000_000_000,
    "max_threads": 2,
    "max_execution_time": 60,
}
"""Of one request: bytes with its answer, threads, seconds. It may ask for less."""
QUERY_DEFAULTS: Final = {"async_insert": "0", "timeout_overflow_mode": "throw"}
"""An INSERT is answered when it is written, as the writer's cursor relies on it."""

UNKNOWN_SETTING: Final = 115
SYNTAX_ERROR: Final = 62
NOT_IMPLEMENTED: Final = 48
UNKNOWN: Final = 1002

_TOKEN = re.compile(
    rb"""(?P<space>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)
    |(?P<word>\w+)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_NAME = rb"(?:\w+|`[^`]*`)"
_INSERT_DATA = re.compile(
    rb"\s*(?P<into>INSERT\s+INTO\s+(?:TABLE\s+)?" + _NAME + rb"(?:\s*\.\s*" + _NAME + rb")?"
    rb"(?:\s*\((?:`[^`]*`|[^()`])*\))?)"
    rb"(?P<settings>\s+SETTINGS\s+[^\n;]*?)?\s+FORMAT\s+(?P<format>(?!VALUES\b)\w+)[ \t]*(?:\r?\n|$)",
    re.IGNORECASE,
)
_TRAILING_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_CODE = re.compile(r"Code: (\d+)")
_SETTING_NAME = re.compile(r"[A-Za-z_]\w*").fullmatch


class QueryError(Exception):
    """What a ClickHouse server would answer with: its code and its text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code: Final = code


@dataclass(frozen=True, slots=True)
class Query:
    """One request. Of an INSERT with data, `text` ends with the rows in the format that it names."""

    text: bytes
    database: str
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    default_format: str
    readonly: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it; a query that returns no rows has no content."""

    content: bytes
    format: str
    read_rows: int
    written_rows: int


class ChdbStore:
    """The store in a folder; one process at a time. `run` may be called from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open the store, making it if it is absent. Raises RuntimeError when the engine cannot."""
        options = "&".join(f"{name}={value}" for name, value in SERVER_BOUNDS.items())
        self._path: Final = str(folder)
        # Keeps the engine open while no request is under way.
        self._engine: Final[Connection] = chdb.connect(f"{self._path}?{options}")

    def close(self) -> None:
        """Close the engine; requests must have ended."""
        self._engine.close()

    def create_database(self, name: str) -> None:
        """Make a database if it is absent."""
        self._engine.query(f"CREATE DATABASE IF NOT EXISTS `{name}`")

    def run(self, query: Query) -> Answer:
        """Run one request. Raises QueryError."""
        insert = _INSERT_DATA.match(query.text)
        _refuse_what_http_does_not_take(query.text[: insert.end()] if insert else query.text)
        with self._handle() as handle:
            try:
                for statement in _preparations(query):
                    handle.query(statement)
                if insert is not None:
                    return _insert(handle, insert, query.text[insert.end() :], query.parameters)
                result: Any = handle.query(
                    query.text.decode(), query.default_format, params=dict(query.parameters) or None
                )
            except UnicodeDecodeError as error:
                raise QueryError(SYNTAX_ERROR, "Code: 62. DB::Exception: the query is not UTF-8") from error
            except RuntimeError as error:
                raise _query_error(error) from error
            named = _TRAILING_FORMAT.search(query.text)
            return Answer(
                content=b"" if result is None else result.bytes(),
                format=named.group(1).decode() if named else query.default_format,
                read_rows=0 if result is None else result.storage_rows_read(),
                written_rows=0,
            )

    @contextlib.contextmanager
    def _handle(self) -> Iterator[Connection]:
        handle = chdb.connect(self._path)
        try:
            yield handle
        finally:
            handle.close()


def _preparations(query: Query) -> Iterator[str]:
    """Give the statements that come before a query on its handle."""
    wanted = dict(query.settings)
    for name, bound in QUERY_BOUNDS.items():
        asked = wanted.get(name, "")
        wanted[name] = asked if asked.isdecimal() and 0 < int(asked) < bound else str(bound)
    for name in wanted:
        if not _SETTING_NAME(name):
            raise QueryError(UNKNOWN_SETTING, f"Code: 115. DB::Exception: Unknown setting {name!r}. (UNKNOWN_SETTING)")
    yield "SET " + ", ".join(f"{name} = {_quoted(value)}" for name, value in (QUERY_DEFAULTS | wanted).items())
    if query.database:
        yield f"USE {_quoted(query.database, '`')}"
    if query.readonly:
        yield "SET readonly = 1"


def _insert(handle: Connection, insert: re.Match[bytes], rows: bytes, parameters: Mapping[str, str]) -> Answer:
    into, settings, kind = (insert.group(name) or b"" for name in ("into", "settings", "format"))
    with _readable(rows) as path:
        statement = f"{into.decode()} FROM INFILE {_quoted(path)}{settings.decode()} FORMAT {kind.decode()}"
        result: Any = handle.query(statement, params=dict(parameters) or None)
    return Answer(b"", kind.decode(), 0, 0 if result is None else result.rows_read())


@contextlib.contextmanager
def _readable(content: bytes) -> Iterator[str]:
    """Give a path that reads as `content`: in memory where the system can do that, else a temporary file."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("insert")
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile(suffix=".insert") as file:
            file.write(content)
            file.flush()
            yield file.name


def _refuse_what_http_does_not_take(text: bytes) -> None:
    """Raise QueryError for what the engine would do and a server would not over HTTP.

    That is several statements at once, files of the machine, and what would need a session.
    """
    words: list[bytes] = []
    ended = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "space":
            continue
        if ended:
            raise QueryError(SYNTAX_ERROR, "Code: 62. DB::Exception: Multi-statements are not allowed. (SYNTAX_ERROR)")
        if kind == "other":
            ended = token.group() == b";"
            words.append(token.group())
        elif kind == "word":
            words.append(token.group().upper())
        else:
            words.append(b"''")
    if not words:
        raise QueryError(SYNTAX_ERROR, "Code: 62. DB::Exception: Empty query. (SYNTAX_ERROR)")
    pairs = set(pairwise(words))
    if (b"INTO", b"OUTFILE") in pairs or (b"FROM", b"INFILE") in pairs:
        raise QueryError(NOT_IMPLEMENTED, "Code: 48. DB::Exception: files are not reachable by HTTP. (NOT_IMPLEMENTED)")
    if words[0] in (b"SET", b"USE") or words[:2] == [b"CREATE", b"TEMPORARY"]:
        raise QueryError(
            NOT_IMPLEMENTED,
            "Code: 48. DB::Exception: sessions are not kept: send settings and database with each request."
            " (NOT_IMPLEMENTED)",
        )


def _query_error(error: RuntimeError) -> QueryError:
    text = str(error)
    start = max(text.find("Code: "), 0)
    code = _CODE.search(text)
    return QueryError(int(code.group(1)) if code else UNKNOWN, text[start:])


def _quoted(text: str, quote: str = "'") -> str:
    escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return f"{quote}{escaped}{quote}"
