"""The blocking client's methods are what the tool makes of those for asyncio (ADR 50)."""

import pytest

from tools.make_blocking_client import blocking, made

SOURCE = '''"""What there is, for asyncio."""

from collections.abc import Awaitable, Iterable

from exchange_sdk._orders_async import AsyncOrders
from exchange_sdk.pages import AsyncPages


class AsyncThing(AsyncOrders):
    """A thing, for asyncio. `(await thing.get(1)).name` says more."""

    async def get(self, numbers: Iterable[int]) -> AsyncPages[int]:
        """Get it."""
        return (await self._call(numbers)).pages

    def _call(self, numbers: Iterable[int]) -> Awaitable[T]: ...
'''

MADE = '''"""What there is.

Made from `_thing_async.py` by `make gen`: change that one.
"""

from collections.abc import Iterable

from exchange_sdk._orders_sync import Orders
from exchange_sdk.pages import Pages


class Thing(Orders):
    """A thing. `thing.get(1).name` says more."""

    def get(self, numbers: Iterable[int]) -> Pages[int]:
        """Get it."""
        return self._call(numbers).pages

    def _call(self, numbers: Iterable[int]) -> T: ...
'''


def test_a_module_for_asyncio_becomes_a_blocking_one() -> None:
    assert blocking(SOURCE, "_thing_async.py") == MADE


@pytest.mark.parametrize("line", ["async with lock:", "await_all = asyncio.gather", "async for each in pages:"])
def test_what_has_no_blocking_counterpart_stops_it(line: str) -> None:
    with pytest.raises(ValueError, match=r"^_thing_async\.py: "):
        blocking(f"{SOURCE}\n{line}\n    pass\n", "_thing_async.py")


def test_the_files_are_what_is_made_of_the_others() -> None:
    files = made()
    assert len(files) == 4
    assert [path.name for path, text in files.items() if path.read_text("utf-8") != text] == []
