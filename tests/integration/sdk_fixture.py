"""The SDK's two clients behind one face, so that one test is about both."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from exchange_sdk import AsyncPages, Client, OrderEntry, Subscription


class AnyClient:
    """Calls a method of either client or session; a blocking one in a thread, so that others can go on beside it."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def __call__(self, name: str, /, *args: Any, **options: Any) -> Any:
        method: Callable[..., Any] = self.client
        for part in name.split("."):
            method = getattr(method, part)
        if isinstance(self.client, Client | OrderEntry | Subscription):
            return await asyncio.to_thread(method, *args, **options)
        result = method(*args, **options)
        return await result if inspect.isawaitable(result) else result

    async def items(self, name: str, **options: Any) -> list[Any]:
        """Iterate over every page of a list."""
        pages = await self(name, **options)
        if isinstance(pages, AsyncPages):
            return [item async for item in pages]
        return await asyncio.to_thread(list, pages)

    async def page(self, name: str, **options: Any) -> Any:
        """Take one page of a list."""
        pages = await self(name, **options)
        return await pages.page() if isinstance(pages, AsyncPages) else await asyncio.to_thread(pages.page)

    async def close(self) -> None:
        await self("close")


class AnyStream:
    """A stream or session of either client; every event has a deadline."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def __aenter__(self) -> "AnyStream":
        if hasattr(self.stream, "__aenter__"):
            await self.stream.__aenter__()
        else:
            await asyncio.to_thread(self.stream.__enter__)
        return self

    async def __aexit__(self, *_: object) -> None:
        if hasattr(self.stream, "__aexit__"):
            await self.stream.__aexit__(None, None, None)
        else:
            await asyncio.to_thread(self.stream.__exit__, None, None, None)

    async def next(self) -> Any:
        async with asyncio.timeout(20):
            if hasattr(self.stream, "__anext__"):
                return await anext(self.stream)
            return await asyncio.to_thread(next, self.stream)
