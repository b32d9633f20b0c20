"""What a unary call is to both clients: what is sent, how the answer is read, whether it may be sent twice.

The calls are in `_read_operations`, `_order_operations`, `_key_operations` and `_admin_operations`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import grpc

from exchange.v1 import account_service_pb2_grpc as accounts_grpc
from exchange.v1 import admin_service_pb2_grpc as admin_grpc
from exchange.v1 import market_data_service_pb2_grpc as market_data_grpc
from exchange.v1 import order_service_pb2_grpc as orders_grpc
from exchange_sdk.errors import ExchangeError
from exchange_sdk.models import Page

Request = TypeVar("Request")
Response = TypeVar("Response")
Result = TypeVar("Result")
Item = TypeVar("Item")


class Stubs:
    """The generated stubs over one channel, blocking or asyncio."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.market_data = market_data_grpc.MarketDataServiceStub(channel)
        self.orders = orders_grpc.OrderServiceStub(channel)
        self.accounts = accounts_grpc.AccountServiceStub(channel)
        self.admin = admin_grpc.AdminServiceStub(channel)


@dataclass(frozen=True, slots=True)
class Operation(Generic[Result]):
    """One call.

    `mutates`: no answer means that the outcome is unknown. `repeatable`: sending it again does not do it twice.
    `settle`: asked when a repeated attempt is refused; answers with the read that tells whether an attempt before it
    had succeeded (its result, when not None, is the call's), or None to let the refusal stand.
    """

    rpc: Callable[[Stubs], Any]
    request: Any
    parse: Callable[[Any], Result]
    mutates: bool = False
    repeatable: bool = True
    client_order_id: str = ""
    order_id: int = 0
    settle: "Callable[[ExchangeError], Operation[Result | None] | None] | None" = None


def read(
    rpc: "Callable[[Stubs], grpc.UnaryUnaryMultiCallable[Request, Response]]",
    request: Request,
    parse: Callable[[Response], Result],
) -> Operation[Result]:
    """Return a call that changes nothing."""
    return Operation(rpc, request, parse)


def write(
    rpc: "Callable[[Stubs], grpc.UnaryUnaryMultiCallable[Request, Response]]",
    request: Request,
    parse: Callable[[Response], Result],
    repeatable: bool = True,
) -> Operation[Result]:
    """Return a call that changes something."""
    return Operation(rpc, request, parse, mutates=True, repeatable=repeatable)


def page(items: Iterable[Response], read: Callable[[Response], Item], token: str) -> Page[Item]:
    """Read one page of a list."""
    return Page(tuple(map(read, items)), token)


Listed: TypeAlias = Callable[[str], Operation[Page[Item]]]
"""A list: the call for the page that a token names; empty is the first."""


def listed(
    rpc: "Callable[[Stubs], grpc.UnaryUnaryMultiCallable[Any, Response]]",
    request: Any,
    parse: Callable[[Response], Page[Item]],
) -> Listed[Item]:
    """Return a list whose pages are asked for by the same request with another token."""

    def of_page(token: str) -> Operation[Page[Item]]:
        page_request = type(request)()
        page_request.CopyFrom(request)
        page_request.page_token = token
        return read(rpc, page_request, parse)

    return of_page
