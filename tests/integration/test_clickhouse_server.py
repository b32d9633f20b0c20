"""The embedded ClickHouse as its clients see it: `clickhouse-connect`, and bare HTTP."""

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import lz4.frame
import pytest
import urllib3
from clickhouse_connect.driver.exceptions import DatabaseError

from exchange_server.embedded.clickhouse import EmbeddedClickHouse, EmbeddedClickHouseError
from exchange_server.embedded.request_bodies import LARGEST_BODY, BodyDamaged, BodyTooLarge, decompressed
from tests.integration.clickhouse_fixture import clickhouse_client, clickhouse_database

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESSED = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "lz4": lz4.frame.compress,
    "zstd": zstd.compress,
}


class Bare:
    """Plain HTTP requests to a server, with its password."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.address = f"http://{parts.hostname}:{parts.port}"
        self.headers = urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password}")
        self.database = parts.path.strip("/")
        self.pool = urllib3.PoolManager(retries=False, maxsize=20)

    def ask(self, body: bytes = b"", headers: dict[str, str] | None = None, method: str = "POST", **fields: str) -> Any:
        query = "&".join(f"{name}={_quoted(value)}" for name, value in {"database": self.database, **fields}.items())
        return self.pool.request(
            method, f"{self.address}/?{query}", body=body or None, headers={**self.headers, **(headers or {})}
        )


def _quoted(value: str) -> str:
    from urllib.parse import quote

    return quote(value, safe="")


@pytest.fixture
def url(clickhouse_server: EmbeddedClickHouse) -> Iterator[str]:
    """Give an empty database of the embedded server: what is said here is how *it* answers."""
    with clickhouse_database(clickhouse_server.url) as url:
        yield url


@pytest.fixture
def bare(url: str) -> Bare:
    return Bare(url)


def code(answer: Any) -> str:
    """Return the exception code, which must be in the text, too."""
    found = str(answer.headers["X-ClickHouse-Exception-Code"])
    assert answer.data.decode().startswith(f"Code: {found}. DB::Exception: ")
    return found


def test_values_of_every_type_that_is_used_come_back_as_they_were_sent(clickhouse_url: str) -> None:
    for compress in (False, True, "gzip", "zstd", "lz4"):
        client = clickhouse_client(clickhouse_url, compress=compress)
        client.command("DROP TABLE IF EXISTS kinds")
        client.command(
            "CREATE TABLE kinds (a UInt64, b Int128, c String, d DateTime64(9, 'UTC'), e Array(Int64), f UInt8)"
            " ENGINE = MergeTree ORDER BY a"
        )
        rows = [
            (0, -(1 << 127), "", 0, [], 0),
            (2**64 - 1, (1 << 127) - 1, "it's\n\t\\ “ü” \x00", 1_700_000_000_123_456_789, [-(2**63), 2**63 - 1], 255),
        ]
        summary = client.insert("kinds", rows, column_names=list("abcdef"))
        assert summary.written_rows == 2
        found = client.query("SELECT a, b, c, toUnixTimestamp64Nano(d), e, f FROM kinds ORDER BY a").result_rows
        assert [tuple(row) for row in found] == rows
        client.close()


def test_parameters_are_values_and_never_sql(clickhouse_url: str) -> None:
    client = clickhouse_client(clickhouse_url)
    for text in ("", "it's", "' OR 1 = 1 --", "\\", "a\tb\nc", "`", "{x:String}", "ü€", "x" * 20_000):
        answer = client.query("SELECT {text:String}, {n:Int64}", parameters={"text": text, "n": -5}).result_rows
        assert [tuple(row) for row in answer] == [(text, -5)]
    client.close()


def test_settings_of_one_request_are_not_those_of_the_next(clickhouse_url: str) -> None:
    client = clickhouse_client(clickhouse_url)
    asked = "SELECT getSetting('max_block_size'), getSetting('max_threads')"
    before = client.query(asked).result_rows
    changed = client.query(asked, settings={"max_block_size": 1234, "max_threads": 1}).result_rows
    assert [int(value) for value in changed[0]] == [1234, 1]
    assert client.query(asked).result_rows == before
    client.close()


def test_databases_of_requests_do_not_mix(url: str, clickhouse_server: EmbeddedClickHouse) -> None:
    with clickhouse_database(clickhouse_server.url) as other_url:
        one, other = clickhouse_client(url), clickhouse_client(other_url)
        for client, value in ((one, 1), (other, 2)):
            client.command("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
            client.insert("t", [[value]], column_names=["a"])
        for _ in range(3):
            assert one.command("SELECT a FROM t") == 1
            assert other.command("SELECT a FROM t") == 2
        one.close()
        other.close()


def test_bounds_can_be_lowered_and_not_raised(bare: Bare) -> None:
    query = b"SELECT getSetting('max_memory_usage'), getSetting('max_threads')"
    assert bare.ask(query).data == b"1000000000\t2\n"
    assert bare.ask(query, max_memory_usage="5000", max_threads="1").data == b"5000\t1\n"
    for high in ("99999999999", "0", "-1", "x"):
        assert bare.ask(query, max_memory_usage=high, max_threads=high).data == b"1000000000\t2\n"
    # 241 is MEMORY_LIMIT_EXCEEDED, for a large state and for a large answer; the server outlives both.
    greedy = b"SELECT groupArray(number) FROM numbers(1000000000)"
    assert code(bare.ask(greedy, max_threads="1")) == "241"
    large = b"SELECT repeat('x', 1000) FROM numbers(1000000)"
    assert code(bare.ask(large)) == "241"
    assert bare.ask(b"SELECT 1").data == b"1\n"


def test_formats_are_those_that_are_asked_for(bare: Bare) -> None:
    assert bare.ask(b"SELECT 1 AS a, 'x' AS b").data == b"1\tx\n"
    assert bare.ask(b"SELECT 1 AS a, 'x' AS b FORMAT CSV").data == b'1,"x"\n'
    assert bare.ask(b"SELECT 1 AS a", default_format="JSONEachRow").data == b'{"a":1}\n'
    answer = bare.ask(b"SELECT 1 AS a", headers={"X-ClickHouse-Format": "CSVWithNames"})
    assert answer.data == b'"a"\n1\n'
    assert answer.headers["X-ClickHouse-Format"] == "CSVWithNames"
    assert json.loads(bare.ask(b"SELECT 1 AS a FORMAT JSON").data)["rows"] == 1
    assert code(bare.ask(b"SELECT 1 FORMAT Nonsense")) == "73"
    # The query may stand in the URL, too.
    assert bare.ask(method="GET", query="SELECT 2").data == b"2\n"
    assert bare.ask(b" + 3", query="SELECT 2").data == b"5\n"


def test_rows_are_inserted_in_any_format_and_encoding(bare: Bare) -> None:
    bare.ask(b"CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    rows = {
        "TSV": b"1\tone\n",
        "CSV": b'2,"two FORMAT Native"\n',
        "JSONEachRow": b'{"a": 3, "b": "three; four"}',
        "Values": b"(4, 'four')",
    }
    for name, content in rows.items():
        assert bare.ask(b"INSERT INTO t (a, b) FORMAT " + name.encode() + b"\n" + content).status == 200, name
    for number, (encoding, compress) in enumerate(COMPRESSED.items(), start=5):
        content = compress(f"{number}\t{encoding}\n".encode())
        answer = bare.ask(content, headers={"Content-Encoding": encoding}, query="INSERT INTO t FORMAT TSV")
        assert answer.status == 200, (encoding, answer.data)
        assert json.loads(answer.headers["X-ClickHouse-Summary"])["written_rows"] == "1"
    assert bare.ask(b"INSERT INTO t SETTINGS async_insert = 0 FORMAT TSV\n10\tten\n").status == 200
    assert bare.ask(b"INSERT INTO t FORMAT TSV\n").status == 200
    assert bare.ask(b"INSERT INTO t VALUES (11, 'eleven'), (12, 'FORMAT TSV')").status == 200
    assert bare.ask(b"INSERT INTO t SELECT 13, 'select'").status == 200
    found = bare.ask(b"SELECT a, b FROM t ORDER BY a").data.decode().splitlines()
    assert [int(line.split("\t")[0]) for line in found] == list(range(1, 14))
    assert "2\ttwo FORMAT Native" in found
    assert code(bare.ask(b"INSERT INTO t FORMAT TSV\nx\ty\n")) == "27"
    assert len(bare.ask(b"SELECT a FROM t").data.splitlines()) == 13


def test_errors_have_the_code_of_clickhouse_and_a_fitting_status(bare: Bare) -> None:
    for query, expected, status in (
        (b"SELECT", "62", 400),
        (b"", "62", 400),
        (b" -- nothing\n", "62", 400),
        (b"SELECT * FROM nothing", "60", 404),
        (b"SELECT nothing", "47", 404),
        (b"SELECT 1; SELECT 2", "62", 400),
        (b"SELECT throwIf(1)", "395", 500),
        (b"SELECT 1 INTO OUTFILE '/tmp/never'", "48", 501),
        (b"INSERT INTO t FROM INFILE '/etc/hostname' FORMAT TSV", "48", 501),
        (b"SET max_threads = 1", "48", 501),
        (b"USE default", "48", 501),
        (b"\xff\xfe", "62", 400),
    ):
        answer = bare.ask(query)
        assert (code(answer), answer.status) == (expected, status), query
    assert code(bare.ask(b"SELECT 1", nonsense="1")) == "115"
    odd: Any = {"a b": "1"}
    assert code(bare.ask(b"SELECT 1", **odd)) == "115"
    assert code(bare.ask(b"SELECT 1", database="nowhere")) == "81"
    assert code(bare.ask(b"SELECT {n:UInt8}", param_n="x")) == "457"
    assert code(bare.ask(method="GET", query="CREATE TABLE g (a UInt8) ENGINE = Memory")) == "164"
    assert bare.ask(b"SELECT ';', 1 -- ; a comment\n;").data == b";\t1\n"
    assert bare.pool.request("GET", f"{bare.address}/nothing").status == 404
    # What the client makes of it.
    with pytest.raises(DatabaseError) as refused:
        clickhouse_connect.get_client(dsn=bare_url(bare)).query("SELECT nothing")
    assert refused.value.code == 47


def bare_url(bare: Bare) -> str:
    import base64

    user, password = base64.b64decode(bare.headers["authorization"].split()[1]).decode().split(":")
    return bare.address.replace("//", f"//{user}:{password}@") + f"/{bare.database}"


def test_nobody_gets_in_without_the_password(bare: Bare) -> None:
    assert bare.pool.request("GET", f"{bare.address}/ping").data == b"Ok.\n"
    for headers in (
        {},
        urllib3.make_headers(basic_auth="exchange:wrong"),
        urllib3.make_headers(basic_auth="default:"),
        {"Authorization": "Basic !"},
        {"Authorization": "Bearer x"},
        {"X-ClickHouse-User": "exchange", "X-ClickHouse-Key": "wrong"},
    ):
        answer = bare.pool.request("POST", bare.address, body=b"SELECT 1", headers=headers)
        assert (code(answer), answer.status) == ("516", 403)
    password = urlsplit(bare_url(bare)).password or ""
    keyed = {"X-ClickHouse-User": "exchange", "X-ClickHouse-Key": password}
    assert bare.pool.request("POST", bare.address, body=b"SELECT 1", headers=keyed).data == b"1\n"


def test_a_body_that_is_too_large_is_refused_compressed_or_not(bare: Bare) -> None:
    bare.ask(b"CREATE TABLE t (a String) ENGINE = MergeTree ORDER BY a")
    large = bytes(LARGEST_BODY + 1)
    try:
        answer = bare.ask(large, query="INSERT INTO t FORMAT RawBLOB")
        assert (code(answer), answer.status) == ("307", 413)
    except urllib3.exceptions.ProtocolError:
        pass  # it may hang up before it has read all of it
    for encoding in ("gzip", "deflate", "lz4", "zstd"):
        bomb = COMPRESSED[encoding](large)
        answer = bare.ask(bomb, headers={"Content-Encoding": encoding}, query="INSERT INTO t FORMAT RawBLOB")
        assert (code(answer), answer.status) == ("307", 413), encoding
    for encoding, body in (("gzip", b"no gzip"), ("lz4", lz4.frame.compress(b"x" * 999)[:-9]), ("br", b"x")):
        answer = bare.ask(body, headers={"Content-Encoding": encoding}, query="INSERT INTO t FORMAT TSV")
        assert (code(answer), answer.status) == ("271", 400), encoding
    assert bare.ask(b"SELECT count() FROM t").data == b"0\n"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "lz4", "zstd"])
def test_decompression_gives_all_of_it_and_is_bounded(encoding: str) -> None:
    content = os.urandom(3_000_000) + bytes(5_000_000)
    body = COMPRESSED[encoding](content)
    assert decompressed(body, encoding) == content
    assert decompressed(body + body, encoding, 17_000_000) == content * 2
    assert decompressed(body, encoding, len(content)) == content
    with pytest.raises(BodyTooLarge):
        decompressed(body, encoding, len(content) - 1)
    with pytest.raises(BodyDamaged):
        decompressed(body[: len(body) // 2], encoding)


def test_many_clients_at_once_get_their_own_answers(bare: Bare) -> None:
    bare.ask(b"CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
    wrong: list[object] = []

    def work(number: int) -> None:
        for step in range(15):
            value = number * 1000 + step
            answer = bare.ask(f"SELECT {value}, getSetting('max_block_size')".encode(), max_block_size=str(value + 1))
            if answer.data != f"{value}\t{value + 1}\n".encode():
                wrong.append(answer.data)
            if bare.ask(f"INSERT INTO t FORMAT TSV\n{value}\n".encode()).status != 200:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong
    assert bare.ask(b"SELECT count(), uniqExact(a) FROM t").data == b"180\t180\n"


async def test_the_asyncio_client_works_through_a_restart(tmp_path: Path) -> None:
    with EmbeddedClickHouse(tmp_path) as clickhouse:
        client = await clickhouse_connect.get_async_client(dsn=clickhouse.url, autogenerate_session_id=False)
        await client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
        await client.insert("t", [[1], [2]], column_names=["a"])
        assert clickhouse.pid is not None
        os.kill(clickhouse.pid, signal.SIGKILL)
        clickhouse.stop()
        with pytest.raises(Exception, match="rror"):
            await client.query("SELECT 1")
        await asyncio.to_thread(clickhouse.start)
        assert (await client.query("SELECT a FROM t ORDER BY a")).result_rows == [(1,), (2,)]
        await client.close()


def test_a_store_has_one_owner(tmp_path: Path) -> None:
    with EmbeddedClickHouse(tmp_path), pytest.raises(EmbeddedClickHouseError, match="another process"):
        EmbeddedClickHouse(tmp_path).start()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux only")
def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from exchange_server.embedded.clickhouse import EmbeddedClickHouse\n"
        f"clickhouse = EmbeddedClickHouse(Path({str(tmp_path)!r})); clickhouse.start()\n"
        "print(clickhouse.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < deadline, "it outlives its parent"
        time.sleep(0.02)
    # And what it leaves can be opened again at once.
    with EmbeddedClickHouse(tmp_path) as clickhouse:
        assert clickhouse.pid != pid


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
