"""Another engine on the same journal: it proves the core's determinism, feeds the projections and writes snapshots."""

from exchange_server.follower.errors import FollowerError
from exchange_server.follower.follow import COLUMN_STORE, follow
from exchange_server.follower.follower import Follower, FollowerSettings
from exchange_server.follower.progress import FollowerUnwell, Progress, check_follower

__all__ = [
    "COLUMN_STORE",
    "Follower",
    "FollowerError",
    "FollowerSettings",
    "FollowerUnwell",
    "Progress",
    "check_follower",
    "follow",
]
