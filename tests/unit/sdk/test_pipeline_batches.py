"""All-or-none batches on the order entry session when no answer came: they were done as a whole, or not at all."""

from asyncio import Future, get_running_loop
from typing import Any

import pytest

import exchange_sdk as sdk
from exchange.v1 import order_service_pb2 as pb
from exchange_sdk._decimals import ZERO
from exchange_sdk._pipeline import Pending
from exchange_sdk.order_models import OrderResult


def result(error: sdk.ExchangeError | None = None) -> OrderResult:
    return OrderResult(7, "", None, ZERO, ZERO, ZERO, deduplicated=True, error=error)


def pending(all_or_none: bool) -> tuple[Pending, "Future[Any]"]:
    future: Future[Any] = get_running_loop().create_future()
    batch = pb.OrderBatch(items=[pb.OrderBatchItem()] * 2, all_or_none=all_or_none)
    return Pending(pb.OrderEntryRequest(batch=batch), future), future


async def test_an_all_or_none_batch_that_was_looked_up_fails_with_what_was_not_found() -> None:
    missing = sdk.OutcomeUnknown("nothing is known of it")
    unanswered, future = pending(True)
    unanswered.finish([result(), result(missing)])
    with pytest.raises(sdk.OutcomeUnknown) as caught:
        await future
    assert caught.value is missing


@pytest.mark.parametrize("all_or_none", [False, True])
async def test_a_batch_of_which_all_was_found_has_its_results(all_or_none: bool) -> None:
    unanswered, future = pending(all_or_none)
    found = [result(), result()]
    unanswered.finish(found)
    assert await future == found
