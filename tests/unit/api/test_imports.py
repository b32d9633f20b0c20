"""A server loads what it needs."""

import subprocess
import sys


def test_an_exchange_without_databases_loads_none_of_their_libraries() -> None:
    late = "{'sqlalchemy', 'psycopg', 'clickhouse_connect', 'chdb'}"
    code = f"import sys, exchange_server.app; print({late} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
