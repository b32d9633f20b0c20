"""A gRPC-first central limit order book exchange: the server."""

from exchange_server import compiled_engine

# Before the engine can be imported: an old build beside changed sources must not be taken for them.
compiled_engine.install()
