"""CancelReplaceOrder: one order out, another in, with nothing in between."""

from typing import Final

from exchange_server.engine import refusals
from exchange_server.engine.canceling import cancel
from exchange_server.engine.commands import CancelReplaceOrder
from exchange_server.engine.events import (
    CancelReplaced,
    Event,
    OrderDeduplicated,
    Rejected,
)
from exchange_server.engine.live import LiveState
from exchange_server.engine.placing import place
from exchange_server.engine.types import (
    REJECT_INVALID_FIELD,
    REJECT_MARKET_NOT_FOUND,
    REJECT_PRICE_OUT_OF_RANGE,
    REJECT_QUANTITY_OUT_OF_RANGE,
)


def cancel_replace(state: LiveState, command: CancelReplaceOrder, validate_only: bool) -> list[Event]:
    """Cancel, then place; a refused place leaves the cancel standing. Events of the cancel come first.

    With `validate_only` only what refuses the whole comes back; `previews` judges the place behind the cancel.
    """
    placing = command.place
    account = state.accounts.get(placing.account_id)
    if account is None or command.cancel.account_id != placing.account_id:
        return [refusals.ACCOUNT_NOT_FOUND]
    # 1. A retry: the original order, and nothing is canceled.
    if placing.client_order_id and placing.client_order_id in account.client_orders:
        return place(state, placing, validate_only)
    # 2. The faults of a place that no cancel cures.
    trial = place(state, placing, True)
    if trial and trial[0] is not refusals.INVALID_EXPIRE_TIME and trial[0].reason in _FAULTS:  # type: ignore[union-attr]
        return trial
    if validate_only:
        canceled = cancel(state, command.cancel, True)
        if not canceled:
            return []
        return canceled if command.stop_on_failure else trial
    # 3. The cancel, and the place.
    canceled = cancel(state, command.cancel, False)
    cancel_refusal = canceled[0] if isinstance(canceled[0], Rejected) else None
    if cancel_refusal is not None and command.stop_on_failure:
        return [cancel_refusal]
    placed = place(state, placing, False)
    place_refusal = placed[0] if isinstance(placed[0], Rejected) else None
    if cancel_refusal is not None and place_refusal is not None:
        return [place_refusal]
    assert not isinstance(placed[0], OrderDeduplicated)
    events: list[Event] = [CancelReplaced(cancel_refusal, place_refusal)]
    if cancel_refusal is None:
        events += canceled
    if place_refusal is None:
        events += placed
    return events


_FAULTS: Final = (
    REJECT_INVALID_FIELD,
    REJECT_MARKET_NOT_FOUND,
    REJECT_PRICE_OUT_OF_RANGE,
    REJECT_QUANTITY_OUT_OF_RANGE,
)
