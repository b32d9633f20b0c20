"""Columns keep their numbers whatever the width, and the hash taken from columns is the one that the engine defines."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.journal.v1 import snapshot_pb2
from exchange_server.engine.state import ROWS_HASHED_AT_ONCE, TABLES, State
from exchange_server.wire.snapshot_codec import ROWS_PER_CHUNK, StateBuilder, encode_snapshot_chunks
from exchange_server.wire.snapshot_columns import StateHasher, pack, unpack

SIGNED_64 = st.integers(-(1 << 63), (1 << 63) - 1)
NUMBERS = st.one_of(
    *(st.lists(st.integers(0, top), min_size=1, max_size=50) for top in (0, 255, 65_535, (1 << 32) - 1)),
    st.lists(SIGNED_64, min_size=1, max_size=50),
)


@given(NUMBERS)
@example([0, 255])
@example([0, 256])
@example([0, 1 << 32])
@example([-1, 0])
def test_a_column_is_unpacked_to_what_was_packed(numbers: list[int]) -> None:
    packed, width = pack(numbers)
    assert unpack(packed, width, len(numbers)) == numbers


def test_a_column_of_equal_numbers_is_one_number_and_small_ones_take_a_byte() -> None:
    assert pack([7] * 10_000) == (b"\7", 1)
    assert len(pack(range(256))[0]) == 256


@pytest.mark.parametrize(("packed", "width"), [(b"123", 2), (b"123", 3), (b"1234", 8), (b"12", 0)])
def test_bytes_that_are_no_column_are_refused(packed: bytes, width: int) -> None:
    with pytest.raises(ValueError, match="are no numbers"):
        unpack(packed, width, 2)


def state_of(rows: int) -> State:
    """A state whose orders and credits are of every width, with text that is not ASCII; no engine would have it."""
    orders = [
        (n, n % 200, 1, n % 2, -n, 1, 0, n * 1_000_003, 5, "€" * (n % 3), (1 << 62) + n, n % 70_000, 0, 0, 0, 1, 0, n)
        for n in range(rows)
    ]
    tables: dict[str, list[object]] = {name: [] for name in TABLES}
    tables |= {"counters": [(rows, 2, 3, 4)], "open_orders": list(orders), "closed_orders": list(orders[:1])}
    tables["api_keys"] = [("aa", 1, b"\0hash", 2, "label", 0, 1)]
    return State(**tables)  # type: ignore[arg-type]


def encoded(state: State) -> list[bytes]:
    """Encode a state, and see that the hash is the one that the engine defines."""
    hasher = StateHasher({name: len(rows) for name, rows in state.tables()})
    chunks = list(encode_snapshot_chunks(state, hasher))
    assert hasher.possible
    assert hasher.digest() == state.hash()
    return chunks


def read(chunks: list[bytes], state: State) -> StateBuilder:
    builder = StateBuilder({name: len(rows) for name, rows in state.tables()})
    for chunk in chunks:
        builder.add(chunk)
    return builder


@pytest.mark.parametrize(
    "rows", [0, 1, ROWS_HASHED_AT_ONCE, ROWS_HASHED_AT_ONCE + 1, ROWS_PER_CHUNK, 2 * ROWS_PER_CHUNK + 5_000]
)
def test_the_hash_of_what_was_read_is_the_engines_hash_of_it(rows: int) -> None:
    state = state_of(rows)
    built, state_hash = read(encoded(state), state).build()
    assert {name: list(rows) for name, rows in built.tables()} == dict(state.tables())
    assert state_hash == state.hash() == built.hash()


class Fewer(list[Any]):
    """Rows of which there is one less than they say."""

    def __len__(self) -> int:
        return super().__len__() + 1


def test_a_table_that_counts_its_rows_wrongly_is_not_written() -> None:
    tables = dict(state_of(10).tables())
    state = State(**tables | {"open_orders": Fewer(tables["open_orders"])})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="table open_orders has 10 rows where it says 11"):
        encoded(state)


def test_chunks_that_are_not_in_canonical_order_are_hashed_all_the_same() -> None:
    state = state_of(10)
    chunks = encoded(state)
    built, state_hash = read([chunks[-1], *chunks[:-1]], state).build()
    assert state_hash == state.hash() == built.hash()


def test_rows_are_made_anew_whenever_they_are_read_and_equal_columns_are_one() -> None:
    state = state_of(ROWS_PER_CHUNK + 3)
    orders = read(encoded(state), state).build()[0].open_orders
    assert not isinstance(orders, list)
    assert len(orders) == ROWS_PER_CHUNK + 3
    assert list(orders) == list(orders) == list(state.open_orders)
    row = next(iter(orders))
    assert row in orders
    assert (*row[:-1], -1) not in orders
    columns = snapshot_pb2.SnapshotChunk(table="assets", rows=2)
    for _ in range(2):
        packed, width = pack([1 << 40, 1 << 41])
        columns.columns.add(packed=packed, width=width)
    builder = StateBuilder({name: 2 * (name == "assets") for name in TABLES})
    builder.add(columns.SerializeToString())
    asset = builder.build()[0].assets[0]
    first: object = asset[0]
    assert first is asset[1]


def test_columns_of_the_same_bytes_and_other_widths_are_two() -> None:
    chunk = snapshot_pb2.SnapshotChunk(table="assets", rows=8)
    small, large = [1, 0, 0, 0, 0, 0, 0, 1], [1 + (1 << 56)] * 8
    for numbers in (small, large):
        packed, width = pack(numbers)
        chunk.columns.add(packed=packed, width=width)
    assert chunk.columns[0].packed == chunk.columns[1].packed
    builder = StateBuilder({name: 8 * (name == "assets") for name in TABLES})
    builder.add(chunk.SerializeToString())
    assert list(zip(*builder.build()[0].assets, strict=True)) == [tuple(small), tuple(large)]


def test_a_chunk_without_columns_is_refused() -> None:
    chunk = snapshot_pb2.SnapshotChunk(table="open_orders", rows=3)
    builder = StateBuilder({name: 3 * (name == "open_orders") for name in TABLES})
    with pytest.raises(ValueError, match="does not have 3 rows"):
        builder.add(chunk.SerializeToString())


def test_any_other_number_gives_another_hash() -> None:
    state = state_of(3_000)
    honest = state.hash()
    orders = state.open_orders
    assert isinstance(orders, list)
    orders[2_500] = (*orders[2_500][:11], 5, *orders[2_500][12:])
    assert read(encoded(state), state).build()[1] != honest
