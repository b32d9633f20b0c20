"""Any command survives the journal, and no byte of it can change unnoticed."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange_server.engine.commands import (
    AmendOrder,
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
from exchange_server.journal import JournalDamaged, JournalReader, Layout, SegmentWriter, verify
from exchange_server.journal.reader import SegmentCursor, Stop
from exchange_server.journal.records import append_records
from exchange_server.journal.segments import WritePosition
from exchange_server.wire.journal_codec import CommandEncoder, decode_command, encode_command
from tests.journal_support import flip_bit, values_of

u32 = st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 127, 128, 2**31, 2**32 - 1])
u64 = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 127, 128, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1])
i32 = st.integers(-(2**31), 2**31 - 1)
# Surrogates are no text; everything else is, the empty string and NUL too.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)

i64 = st.integers(-(2**63), 2**63 - 1)

plain_terms = st.builds(terms_of, u32, u32, st.booleans())
special_terms = st.builds(
    SpecialTerms,
    *(u32, u32, st.booleans()),
    quote_amount_atoms=u64,
    display_lots=u64,
    self_trade=u32.filter(bool),
    expire_time_ns=u64,
    slide=st.booleans(),
    session_id=u64,
    trigger_price_ticks=u64,
    trailing_offset_ticks=u64,
    trailing_offset_bps=u32,
    activation_price_ticks=u64,
    peg_reference=u32,
    peg_offset_ticks=i64,
)
places = st.builds(PlaceOrder, u64, u32, u32, plain_terms | special_terms, u64, u64, text)
cancels = st.builds(CancelOrder, u64, u64, text)

commands: st.SearchStrategy[Command] = st.one_of(
    places,
    cancels,
    st.builds(CancelAllOrders, u64, u32, u32, text),
    st.builds(AmendOrder, u64, u64, text, u64, u64),
    st.builds(CancelReplaceOrder, cancels, places, st.booleans()),
    st.builds(PlaceOcoOrder, places, places),
    st.builds(PlaceBracketOrder, places, places, places),
    st.builds(SetMarketProtection, u32, u64, u64, u64, u64, u32, u32, u32, u64),
    st.builds(SetCancelAllAfter, u64, u64),
    st.builds(ExpireOrders),
    st.builds(RunCancelAllAfter, u64, u64),
    st.builds(CancelSessionOrders, u64, u64),
    st.builds(SetTradeGroup, u64, u64),
    st.builds(CreateAsset, text, u32),
    st.builds(CreateMarket, text, text, u64, u32, u64, u32, u64, i32, i32),
    st.builds(SetMarketStatus, u32, u32),
    st.builds(CreateAccount, text),
    st.builds(CreateApiKey, text, u64, st.binary(max_size=64), u32, text, u64),
    st.builds(RevokeApiKey, text),
    st.builds(Credit, u64, u32, u64, text),
)

encoder = CommandEncoder()


@given(st.lists(commands, max_size=20))
def test_any_command_survives_the_journal_whatever_was_encoded_before(batch: list[Command]) -> None:
    payloads = encoder.encode_all(batch)
    assert payloads == [encode_command(command) for command in batch]
    assert [values_of(decode_command(payload)) for payload in payloads] == [values_of(command) for command in batch]


@given(st.binary(max_size=60))
def test_any_bytes_are_a_command_or_a_value_error(data: bytes) -> None:
    try:
        command = decode_command(data)
    except ValueError:
        return
    assert values_of(decode_command(encode_command(command))) == values_of(command)


batches = st.lists(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=8), min_size=1, max_size=12)


def write(directory: Path, contents: list[list[bytes]], segment_bytes: int) -> None:
    layout = Layout(directory)
    layout.create()
    writer = SegmentWriter(layout, 0, WritePosition.genesis(), segment_bytes)
    sequence = 1
    for number, batch in enumerate(contents):
        buffer = bytearray()
        append_records(buffer, True, sequence, number, batch)
        writer.write(buffer, sequence)
        sequence += len(batch)
    writer.close()


@given(batches, st.integers(200, 3000), st.data())
@settings(max_examples=50, deadline=None)
def test_any_batches_are_read_back_from_any_sequence(
    contents: list[list[bytes]], segment_bytes: int, data: st.DataObject
) -> None:
    flat = [payload for batch in contents for payload in batch]
    with tempfile.TemporaryDirectory() as directory:
        write(Path(directory), contents, segment_bytes)
        after = data.draw(st.integers(0, len(flat)))
        bound = data.draw(st.integers(after, len(flat)))
        reader = JournalReader(directory, after)
        read = [*reader.read(bound), *reader.read(len(flat))]
        reader.close()
        assert [(sequence, payload) for sequence, _, payload in read] == [*enumerate(flat, start=1)][after:]
        assert verify(directory).sound


@given(batches, st.data())
@settings(max_examples=100, deadline=None)
def test_any_flipped_bit_is_noticed_at_its_record(contents: list[list[bytes]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as directory:
        write(Path(directory), contents, 1 << 16)
        path = Layout(directory).segment(1)
        ends = [64]
        for payload in (payload for batch in contents for payload in batch):
            ends.append(ends[-1] + 24 + len(payload))
        offset = data.draw(st.integers(0, ends[-1] - 1))
        flip_bit(path, offset, data.draw(st.integers(0, 7)))
        if offset < 64:
            with pytest.raises(JournalDamaged, match=str(path)):
                SegmentCursor(path)
            return
        cursor = SegmentCursor(path)
        good = list(cursor.records())
        cursor.close()
        assert cursor.stop in (Stop.INVALID, Stop.END)
        assert len(good) == max(index for index, end in enumerate(ends) if end <= offset)
        assert cursor.offset == ends[len(good)]
