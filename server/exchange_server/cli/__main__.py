"""`python -m exchange_server.cli` is `exchange`."""

from exchange_server.cli.main import app

app()
