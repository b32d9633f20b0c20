"""How trading totals are asked for: in one statement with the cursor, so that it is known what is counted."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Select, and_, func, select
from sqlalchemy.engine import Row

from exchange_server.engine.types import Sequence
from exchange_server.projections.postgres import tables
from exchange_server.projections.postgres.rows import Totals, TotalsRow

_TOTALS: Final = tables.trading_totals
_CURSOR: Final = tables.cursor


def of_account(account_id: int, market_ids: Collection[int], shard_id: int) -> Select[Any]:
    """Ask for an account's totals in some markets, by market."""
    wanted = and_(_TOTALS.c.account_id == account_id, _TOTALS.c.market_id.in_(sorted(market_ids)))
    return (
        select(_CURSOR.c.sequence, *_TOTALS.c)
        .select_from(_CURSOR.outerjoin(_TOTALS, wanted))
        .where(_CURSOR.c.shard_id == shard_id)
        .order_by(_TOTALS.c.market_id)
    )


def of_largest(market_ids: Collection[int], limit: int, shard_id: int) -> Select[Any]:
    """Ask for the totals, in some markets, of the accounts with the largest volume in them together, largest first."""
    in_markets = _TOTALS.c.market_id.in_(sorted(market_ids))
    volume = func.sum(_TOTALS.c.volume_atoms)
    largest = (
        select(_TOTALS.c.account_id, volume.label("volume_atoms"))
        .where(in_markets)
        .group_by(_TOTALS.c.account_id)
        .order_by(volume.desc(), _TOTALS.c.account_id)
        .limit(limit)
        .subquery()
    )
    found = _TOTALS.join(largest, and_(largest.c.account_id == _TOTALS.c.account_id, in_markets))
    return (
        select(_CURSOR.c.sequence, *_TOTALS.c)
        .select_from(_CURSOR.outerjoin(found, _TOTALS.c.account_id.is_not(None)))
        .where(_CURSOR.c.shard_id == shard_id)
        .order_by(largest.c.volume_atoms.desc(), _TOTALS.c.account_id, _TOTALS.c.market_id)
    )


def totals(rows: list[Row[Any]]) -> Totals:
    """Read the answer. Before the first command is projected there is none: nothing is counted then."""
    if not rows:
        return Totals(Sequence(0), [])
    values = [tuple(row) for row in rows]
    found = [TotalsRow(*map(int, value[1:])) for value in values if value[1] is not None]  # type: ignore[arg-type]
    return Totals(Sequence(values[0][0]), found)
