"""A follower in a thread of the test's process, and waiting for what it does."""

import threading
import time
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from exchange_server.follower import Follower
from exchange_server.follower.projection import Batch

BatchT = TypeVar("BatchT", bound=Batch)


class FollowerThread(Generic[BatchT]):
    """Runs a follower; leaving the block stops it. `error` is why it gave up, if it did."""

    def __init__(self, follower: Follower[BatchT]) -> None:
        self.follower = follower
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.follower.stop()
        self._thread.join(20)
        assert not self._thread.is_alive(), "the follower does not stop"

    def _run(self) -> None:
        try:
            self.follower.run()
        except BaseException as error:
            self.error = error

    def failure(self, seconds: float = 20) -> BaseException:
        """Wait until the follower gives up; return why."""
        wait_until(lambda: self.error is not None, "the follower goes on", seconds)
        assert self.error is not None
        return self.error


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Poll until the condition holds; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
