"""The single writer of a shard: order, stamp, apply, append, release."""

from exchange_server.journal import Applied
from exchange_server.sequencer.refusals import NotSequenced, OutcomeUnknown
from exchange_server.sequencer.shard import Shard

__all__ = ["Applied", "NotSequenced", "OutcomeUnknown", "Shard"]
