"""What the history must hold, worked out from what traders were told, and the comparison with what it holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from exchange_sdk import Fill, LedgerEntry, LedgerEntryKind, Order, Side
from tests.integration.sdk_fixture import AnyClient
from tests.integration.trading_floor import Trader

ISSUANCE, FEES = 1, 2
"""The system's own accounts."""


class Booking(NamedTuple):
    """A ledger entry without its line."""

    sequence: int
    account_id: int
    asset: str
    amount: Decimal
    kind: LedgerEntryKind
    market: str
    trade_id: int
    book_time_ns: int


def booking(entry: LedgerEntry) -> Booking:
    """Return an entry without its line."""
    return Booking(*(getattr(entry, name) for name in Booking._fields))


def orders(trader: Trader) -> list[Order]:
    """Return every order, newest first."""
    return list(trader.orders.values())[::-1]


def fills(trader: Trader) -> list[Fill]:
    """Return every fill, newest first."""
    return sorted(trader.fills, key=lambda fill: (fill.sequence, fill.trade_id), reverse=True)


def bookings(traders: Iterable[Trader]) -> dict[int, list[Booking]]:
    """Return what is booked on every account, in no order: what each was told, and the other side of it."""
    booked: dict[int, list[Booking]] = defaultdict(list)
    fees: dict[tuple[str, int], tuple[Fill, Decimal]] = {}
    for trader in traders:
        for credit in _credits(trader):
            booked[trader.account_id].append(credit)
            booked[ISSUANCE].append(credit._replace(account_id=ISSUANCE, amount=-credit.amount))
        for fill in trader.fills:
            booked[trader.account_id] += _of_fill(fill, trader.account_id)
            _, other = fees.get((fill.market, fill.trade_id), (fill, Decimal(0)))
            fees[fill.market, fill.trade_id] = fill, other + fill.fee
    for fill, fee in fees.values():
        booked[FEES] += _booked(fill, FEES, (fill.market.split("-")[1], fee, LedgerEntryKind.FEE))
    return booked


def _credits(trader: Trader) -> Iterator[Booking]:
    """Find the credits: what came to the balances without an order."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    for update in trader.updates:
        for balance in update.balances:
            if not update.orders:
                yield Booking(
                    update.sequence,
                    trader.account_id,
                    balance.asset,
                    balance.total - held[balance.asset],
                    LedgerEntryKind.CREDIT,
                    "",
                    0,
                    update.event_time_ns,
                )
            held[balance.asset] = balance.total


def _of_fill(fill: Fill, account_id: int) -> list[Booking]:
    base, quote = fill.market.split("-")
    sign = 1 if fill.side is Side.BUY else -1
    return _booked(
        fill,
        account_id,
        (base, sign * fill.quantity, LedgerEntryKind.TRADE),
        (quote, -sign * fill.quote_amount, LedgerEntryKind.TRADE),
        (quote, -fill.fee, LedgerEntryKind.FEE),
    )


def _booked(fill: Fill, account_id: int, *changes: tuple[str, Decimal, LedgerEntryKind]) -> list[Booking]:
    return [
        Booking(fill.sequence, account_id, asset, amount, kind, fill.market, fill.trade_id, fill.trade_time_ns)
        for asset, amount, kind in changes
        if amount
    ]


async def check_orders(client: AnyClient, trader: Trader, page_size: int = 1000) -> None:
    """Compare ListOrders, by whichever key."""
    listed = await client.items("list_orders", account_id=trader.account_id, page_size=page_size)
    assert listed == orders(trader)


async def check_fills(client: AnyClient, trader: Trader, page_size: int = 1000) -> None:
    """Compare ListFills, by whichever key."""
    listed = await client.items("list_fills", account_id=trader.account_id, page_size=page_size)
    assert listed == fills(trader)


async def check_ledger(client: AnyClient, account_id: int, told: list[Booking]) -> list[LedgerEntry]:
    """Compare ListLedgerEntries, by whichever key, and return what it lists."""
    listed = await client.items("list_ledger_entries", account_id=account_id, page_size=1000)
    places = [(entry.sequence, entry.line) for entry in listed]
    assert places == sorted(set(places), reverse=True), "newest first, each once"
    assert sorted(map(booking, listed)) == sorted(told)
    return listed


async def check_balances(client: AnyClient, account_id: int, entries: list[LedgerEntry]) -> None:
    """Compare the sum of an account's entries with its balances, to the atom."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        sums[entry.asset] += entry.amount
    balances = await client("list_balances", account_id=account_id)
    assert {balance.asset: balance.total for balance in balances} == dict(sums)


async def check_history(admin: AnyClient, traders: list[Trader]) -> None:
    """Compare the whole history, row by row: nothing is missing, nothing is there twice."""
    for trader in traders:
        await check_orders(admin, trader)
        await check_fills(admin, trader)
    told = bookings(traders)
    entries = []
    for account_id in (ISSUANCE, FEES, *(trader.account_id for trader in traders)):
        listed = await check_ledger(admin, account_id, told[account_id])
        await check_balances(admin, account_id, listed)
        entries += listed
    check_double_entry(entries)


def check_double_entry(entries: Iterable[LedgerEntry]) -> None:
    """Check the entries of all accounts: lines are dense in each command, and what it books sums to zero."""
    lines: dict[int, list[int]] = defaultdict(list)
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        lines[entry.sequence].append(entry.line)
        sums[entry.sequence, entry.asset] += entry.amount
    assert lines, "there is a ledger"
    assert all(sorted(found) == list(range(len(found))) for found in lines.values())
    assert set(sums.values()) == {Decimal(0)}
