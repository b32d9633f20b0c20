"""Streams of what is durable: books, trades and accounts, each with a bound on what a reader can cost."""

from exchange_server.feeds.bus import Feeds
from exchange_server.feeds.errors import StreamRefused
from exchange_server.feeds.reader import Budget, Reader
from exchange_server.feeds.subscriptions import MAX_CHANNELS, Channel, Subscription

__all__ = ["MAX_CHANNELS", "Budget", "Channel", "Feeds", "Reader", "StreamRefused", "Subscription"]
