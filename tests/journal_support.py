"""Real journals for tests: sample commands, and directories written as the core writes them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from exchange_server.engine import Engine
from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    CancelSessionOrders,
    Command,
    CreateAccount,
    CreateApiKey,
    CreateAsset,
    CreateMarket,
    Credit,
    ExpireOrders,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
    RevokeApiKey,
    RunCancelAllAfter,
    SetCancelAllAfter,
    SetMarketProtection,
    SetMarketStatus,
    SetTradeGroup,
)
from exchange_server.engine.terms import SpecialTerms, terms_of
from exchange_server.engine.types import (
    MARKET_OPEN,
    MARKET_POST_ONLY,
    SIDE_BUY,
    SIDE_SELL,
    TIF_FOK,
    TIF_GTC,
    TIF_GTT,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_MARKET,
    TYPE_TRAILING_STOP,
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ppm,
    Ticks,
    TimeNs,
)
from exchange_server.engine.types import (
    Sequence as SequenceNumber,
)
from exchange_server.journal import DurableMark, Layout, MarkWriter, SegmentWriter
from exchange_server.journal.records import append_records
from exchange_server.journal.segments import WritePosition
from exchange_server.wire.journal_codec import command_values, encode_command

START_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000
BUYER, SELLER = AccountId(1001), AccountId(1002)
MARKET = MarketId(1)


def order(
    account_id: AccountId,
    side: int,
    price: int,
    quantity: int,
    *,
    client_order_id: str = "",
    time_in_force: int = TIF_GTC,
    post_only: bool = False,
    kind: int = TYPE_LIMIT,
) -> PlaceOrder:
    return PlaceOrder(
        account_id,
        MARKET,
        side,
        terms_of(kind, time_in_force, post_only),
        Ticks(price),
        Lots(quantity),
        client_order_id,
    )


def opening() -> list[Command]:
    """A market and two accounts with money."""
    return [
        CreateAsset("BTC", 8),
        CreateAsset("USDC", 6),
        CreateMarket("BTC", "USDC", 1, 1, 1, 5, Atoms(0), Ppm(-10), Ppm(50)),
        CreateAccount("buyer"),
        CreateAccount("seller"),
        Credit(BUYER, AssetId(2), Atoms(10**15), "start"),
        Credit(SELLER, AssetId(1), Atoms(10**15), "start"),
    ]


def one_of_each() -> list[Command]:
    """Every kind of command, with extreme values among them."""
    return [
        *opening(),
        CreateApiKey("00ff00ff00ff00ff", BUYER, bytes(range(32)), 0b110, "désk · 1", TimeNs(2**63 - 1)),
        order(SELLER, SIDE_SELL, 600_000, 10, client_order_id="s-1"),
        order(SELLER, SIDE_SELL, 600_100, 10, client_order_id="s-2", post_only=True),
        order(BUYER, SIDE_BUY, 600_050, 4, client_order_id="b-1"),
        order(BUYER, SIDE_BUY, 600_200, 100, client_order_id="b-2", time_in_force=TIF_FOK),
        order(BUYER, SIDE_BUY, 0, 3, kind=TYPE_MARKET, time_in_force=TIF_IOC),
        order(BUYER, SIDE_BUY, 500_000, 2**40 - 1),
        order(BUYER, SIDE_BUY, 500_000, 7, client_order_id="b-3"),
        SetMarketStatus(MARKET, MARKET_POST_ONLY),
        CancelOrder(BUYER, OrderId(0), "b-3"),
        CancelOrder(BUYER, OrderId(2**64 - 1), ""),
        SetMarketStatus(MARKET, MARKET_OPEN),
        order(BUYER, SIDE_BUY, 499_000, 5),
        CancelAllOrders(BUYER, MarketId(0)),
        RevokeApiKey("00ff00ff00ff00ff"),
    ]


def order_features() -> list[Command]:
    """Every kind of command that came with amends, triggers and timers, with extreme values; continues `opening`."""
    special = SpecialTerms(
        TYPE_LIMIT, TIF_GTT, True, expire_time_ns=TimeNs(2**63 - 1), slide=True, session_id=2**62 - 1
    )
    trailing = SpecialTerms(
        TYPE_TRAILING_STOP, TIF_IOC, False, trailing_offset_bps=9_999, activation_price_ticks=Ticks(7)
    )
    stop = SpecialTerms(TYPE_STOP_LIMIT, TIF_GTC, False, trigger_price_ticks=Ticks(300_000))
    loss = SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(300_000))
    profit = SpecialTerms(TYPE_TAKE_PROFIT_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(2**40 - 1))
    first = order(BUYER, SIDE_BUY, 400_000, 10, client_order_id="f-1")
    return [
        PlaceOrder(BUYER, MARKET, SIDE_BUY, special, Ticks(400_000), Lots(10), "f-2"),
        PlaceOrder(SELLER, MARKET, SIDE_SELL, trailing, Ticks(0), Lots(10), "f-3"),
        first,
        AmendOrder(BUYER, OrderId(0), "f-1", Ticks(0), Lots(9)),
        CancelReplaceOrder(CancelOrder(BUYER, OrderId(0), "f-1"), first, True),
        CancelReplaceOrder(
            CancelOrder(BUYER, OrderId(2**64 - 1), ""),
            PlaceOrder(BUYER, MARKET, SIDE_BUY, special, Ticks(400_001), Lots(10), "f-4"),
            False,
        ),
        PlaceOcoOrder(
            order(SELLER, SIDE_SELL, 800_000, 10, client_order_id="l-1"),
            PlaceOrder(SELLER, MARKET, SIDE_SELL, stop, Ticks(299_000), Lots(10), "l-2"),
        ),
        PlaceBracketOrder(
            order(BUYER, SIDE_BUY, 400_000, 10, client_order_id="l-3"),
            PlaceOrder(BUYER, MARKET, SIDE_SELL, profit, Ticks(0), Lots(0), "l-4"),
            PlaceOrder(BUYER, MARKET, SIDE_SELL, loss, Ticks(0), Lots(0), ""),
        ),
        SetMarketProtection(
            MARKET, Lots(1), Lots(2**40 - 1), Atoms(1), Atoms(2**62 - 1), 1_000_000, 10_000_000, 0, Ticks(5)
        ),
        PlaceOcoOrder(
            order(SELLER, SIDE_SELL, 700_000, 10),
            PlaceOrder(
                SELLER,
                MARKET,
                SIDE_SELL,
                SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(500_000)),
                Ticks(0),
                Lots(10),
                "f-5",
            ),
        ),
        BatchOrders(
            [
                PlaceOrder(BUYER, MARKET, SIDE_BUY, special, Ticks(400_000), Lots(10), "f-6"),
                order(BUYER, SIDE_BUY, 400_000, 10, client_order_id="f-7"),
                AmendOrder(BUYER, OrderId(0), "f-7", Ticks(0), Lots(2**40 - 1)),
                CancelOrder(BUYER, OrderId(0), "f-6"),
            ]
        ),
        PlaceBracketOrder(first, order(BUYER, SIDE_SELL, 700_000, 0), order(BUYER, SIDE_SELL, 300_000, 0)),
        SetTradeGroup(BUYER, 2**62 - 1),
        SetCancelAllAfter(BUYER, 86_400 * 10**9),
        RunCancelAllAfter(BUYER, TimeNs(2**63 - 1)),
        ExpireOrders(),
        CancelSessionOrders(BUYER, 2**62 - 1),
        CancelAllOrders(BUYER, MARKET, SIDE_BUY, "f-"),
    ]


def many(count: int) -> list[Command]:
    """`opening`, then orders that rest, trade and are canceled, `count` of them."""
    commands = opening()
    for number in range(count):
        side = SIDE_BUY if number % 2 else SIDE_SELL
        account_id = BUYER if side == SIDE_BUY else SELLER
        price = 600_000 + number * 7919 % 40 - 20
        if number % 5 == 4:
            commands.append(CancelOrder(account_id, OrderId(0), f"n-{number - 2}"))
        else:
            commands.append(order(account_id, side, price, 1 + number % 9, client_order_id=f"n-{number}"))
    return commands


def apply_all(engine: Engine, commands: Iterable[Command], start_ns: int = START_NS) -> None:
    for command in commands:
        sequence = engine.sequence + 1
        engine.apply(SequenceNumber(sequence), TimeNs(start_ns + sequence * STEP_NS), command)


class Appender:
    """Writes batches as the core's writing thread does."""

    def __init__(
        self, directory: Path, *, segment_bytes: int = 1 << 16, shard_id: int = 0, start_ns: int = START_NS
    ) -> None:
        layout = Layout(directory)
        layout.create()
        self.sequence = 0
        self._start_ns = start_ns
        self._writer = SegmentWriter(layout, shard_id, WritePosition.genesis(), segment_bytes)

    def append(self, commands: Sequence[Command]) -> None:
        """Write one batch durably."""
        buffer = bytearray()
        first = self.sequence + 1
        for command in commands:
            self.sequence += 1
            time_ns = self._start_ns + self.sequence * STEP_NS
            append_records(buffer, self.sequence == first, self.sequence, time_ns, [encode_command(command)])
        self._writer.write(buffer, first)

    def close(self) -> None:
        self._writer.close()


def write_journal(
    directory: Path,
    commands: Sequence[Command],
    *,
    batch: int = 10,
    segment_bytes: int = 1 << 16,
    mark: bool = False,
    shard_id: int = 0,
    start_ns: int = START_NS,
) -> Engine:
    """Write commands, `batch` of them a commit, and give the engine that applied them."""
    appender = Appender(directory, segment_bytes=segment_bytes, shard_id=shard_id, start_ns=start_ns)
    for start in range(0, len(commands), batch):
        appender.append(commands[start : start + batch])
    appender.close()
    engine = Engine(shard_id)
    apply_all(engine, commands, start_ns)
    if mark:
        marker = MarkWriter(Layout(directory).mark)
        marker.publish(DurableMark(engine.sequence, engine.event_digest, engine.time_ns))
        marker.close()
    return engine


def values_of(command: Command) -> tuple[object, ...]:
    """A command's kind and fields, to compare."""
    return type(command), *command_values(command).values()


def flip_bit(path: Path, offset: int, bit: int = 0) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))


def record_ends(path: Path) -> list[int]:
    """Offsets behind each record of a segment, the header's end first."""
    from exchange_server.journal.reader import SegmentCursor

    cursor = SegmentCursor(path)
    ends = [cursor.offset]
    for _, _, payload in cursor.records():
        ends.append(ends[-1] + 24 + len(payload))
    cursor.close()
    return ends
