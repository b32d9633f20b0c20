"""Streams of what is durable: books, trades and accounts, each with a bound on what a reader can cost."""

from exchange_server.feeds.bus import Feeds
from exchange_server.feeds.errors import StreamRefused

__all__ = ["Feeds", "StreamRefused"]
