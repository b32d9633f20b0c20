"""Lists that come in pages: iterate over everything, take page by page, or collect."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Generic, TypeVar

from exchange_sdk._model import Model
from exchange_sdk.models import Page
from exchange_sdk.rows import Rows

T = TypeVar("T", bound=Model)


class AsyncPages(Generic[T]):
    """A list of the exchange. `async for` goes over every item and asks for pages as needed; nothing is sent before.

    `await page()` is the first page alone, `pages()` all of them one by one, `await collect()` all items at once.
    """

    def __init__(self, kind: type[T], fetch: Callable[[str], Awaitable[Page[T]]], page_token: str) -> None:
        self._kind = kind
        self._fetch = fetch
        self._page_token = page_token

    async def page(self) -> Page[T]:
        return await self._fetch(self._page_token)

    async def pages(self) -> AsyncIterator[Page[T]]:
        token = self._page_token
        while True:
            page = await self._fetch(token)
            yield page
            token = page.next_page_token
            if not token:
                return

    async def collect(self, limit: int | None = None) -> Rows[T]:
        """Return all items, or the first `limit`; a data frame by `.to_polars()` or `.to_pandas()`."""
        items: list[T] = []
        async for page in self.pages():
            items.extend(page.items)
            if limit is not None and len(items) >= limit:
                break
        return Rows(self._kind, items[:limit])

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item


class Pages(Generic[T]):
    """A list of the exchange. `for` goes over every item and asks for pages as needed; nothing is sent before.

    `page()` is the first page alone, `pages()` all of them one by one, `collect()` all items at once.
    """

    def __init__(self, kind: type[T], fetch: Callable[[str], Page[T]], page_token: str) -> None:
        self._kind = kind
        self._fetch = fetch
        self._page_token = page_token

    def page(self) -> Page[T]:
        return self._fetch(self._page_token)

    def pages(self) -> Iterator[Page[T]]:
        token = self._page_token
        while True:
            page = self._fetch(token)
            yield page
            token = page.next_page_token
            if not token:
                return

    def collect(self, limit: int | None = None) -> Rows[T]:
        """Return all items, or the first `limit`; a data frame by `.to_polars()` or `.to_pandas()`."""
        items: list[T] = []
        for page in self.pages():
            items.extend(page.items)
            if limit is not None and len(items) >= limit:
                break
        return Rows(self._kind, items[:limit])

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items
