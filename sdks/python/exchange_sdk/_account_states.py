"""The streams of an account: how they are asked for, verified and resumed."""

from typing import Any, TypeAlias

from exchange.v1 import account_streams_pb2 as pb
from exchange_sdk import _parse as parse
from exchange_sdk._connection import Connection
from exchange_sdk._operations import Stubs
from exchange_sdk._stream_states import Begin, Chain, Notice, Steps, StreamState
from exchange_sdk.models import AccountSnapshot, AccountUpdate
from exchange_sdk.order_models import Fill

FillEvent: TypeAlias = Fill | Notice
AccountEvent: TypeAlias = AccountSnapshot | AccountUpdate | Notice


class FillState(StreamState[Fill]):
    """Resumes after the last sequence, which every message tells; verifies that each message follows the one before."""

    def __init__(self, connection: Connection, after_sequence: int | None) -> None:
        super().__init__(connection, after_sequence)
        self._chain = Chain("fills")

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.accounts.StreamFills

    def request(self) -> pb.StreamFillsRequest:
        self._chain.begin(self.position)
        return pb.StreamFillsRequest(after_sequence=self.position)

    def _read(self, message: pb.StreamFillsResponse) -> Steps[Fill]:
        if message.HasField("prev_sequence"):
            if self.position is None and message.HasField("heartbeat"):
                # Where the stream begins; fills that come without it have lost it.
                self._chain.begin(message.prev_sequence)
            self._chain.link(message.prev_sequence, message.sequence)
        self.position = message.sequence
        fills = parse.fills(message.fills)
        # A reader that stops in the middle of a message has not reached its sequence.
        return [(fill, message.sequence if number == len(fills) else None) for number, fill in enumerate(fills, 1)]


class AccountState(StreamState[AccountSnapshot | AccountUpdate]):
    """Resumes after the last sequence; verifies that each update follows the one before, and that heartbeats do."""

    def __init__(self, connection: Connection, after_sequence: int | None) -> None:
        super().__init__(connection, after_sequence)
        self._chain = Chain("account")
        self._begin = Begin("account")

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.accounts.StreamAccount

    def request(self) -> pb.StreamAccountRequest:
        # Heartbeats move the position but are no links of the chain; a new stream's first link is where it resumed.
        self._chain.begin(self.position)
        self._begin.reset()
        return pb.StreamAccountRequest(after_sequence=self.position)

    def _read(self, message: pb.StreamAccountResponse) -> Steps[AccountSnapshot | AccountUpdate]:
        kind = message.WhichOneof("event")
        if kind == "snapshot":
            self._begin.snapshot()
            self._chain.begin(message.sequence)
            self.position = message.sequence
            return [(parse.account_snapshot(message.snapshot, message.sequence), message.sequence)]
        if kind == "update":
            self._chain.link(message.prev_sequence, message.sequence)
            self.position = message.sequence
            update = parse.account_update(message.update, message.sequence, message.prev_sequence)
            return [(update, message.sequence)]
        # It moves the position, so that it must not do so over an update that was lost.
        self._chain.check(message.prev_sequence)
        self.position = message.sequence
        return []
