"""Why a follower stops."""


class FollowerError(Exception):
    """Something that time does not heal: the engines differ, or the history belongs to another journal or follower."""


class Rewound(Exception):
    """The database lost its latest transactions in a crash; the follower must go back to its cursor."""


class Stopped(Exception):
    """The follower was asked to stop while it waited."""
