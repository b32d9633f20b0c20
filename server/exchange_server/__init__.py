"""A gRPC-first central limit order book exchange: the server."""
