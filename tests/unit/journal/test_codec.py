import pytest

from exchange_server.engine.commands import CancelOrder, CreateAccount, PlaceOrder
from exchange_server.engine.terms import Terms
from exchange_server.engine.types import SIDE_BUY, AccountId, OrderId
from exchange_server.wire.journal_codec import CommandEncoder, decode_command, encode_command
from tests.journal_support import BUYER, one_of_each, order, order_features, values_of


def test_every_kind_of_command_survives_the_journal() -> None:
    for command in (*one_of_each(), *order_features()):
        assert values_of(decode_command(encode_command(command))) == values_of(command)


def test_the_reused_message_gives_the_same_bytes_as_a_fresh_one() -> None:
    encoder = CommandEncoder()
    commands = (one_of_each() + order_features()) * 2
    assert encoder.encode_all(commands) == [encode_command(command) for command in commands]


def test_nothing_of_a_command_that_failed_remains_in_the_next() -> None:
    encoder = CommandEncoder()
    with pytest.raises(ValueError, match="range"):
        encoder.encode_all([order(AccountId(-1), SIDE_BUY, 1, 1, client_order_id="leftover", post_only=True)])
    plain = order(BUYER, SIDE_BUY, 5, 6)
    assert encoder.encode_all([plain]) == [encode_command(plain)]


def test_nothing_of_a_special_order_remains_in_the_plain_one_after_it() -> None:
    plain = order(BUYER, SIDE_BUY, 5, 6)
    payloads = CommandEncoder().encode_all([*order_features(), plain])
    assert payloads[-1] == encode_command(plain)
    decoded = decode_command(payloads[-1])
    assert isinstance(decoded, PlaceOrder)
    assert type(decoded.terms) is Terms


def test_a_lone_surrogate_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        CommandEncoder().encode_all([CancelOrder(BUYER, OrderId(0), "\ud800")])


def test_a_long_order_is_decoded_like_a_short_one() -> None:
    for length in (0, 1, 60, 100, 127, 128, 300):
        command = order(BUYER, SIDE_BUY, 5, 6, client_order_id="x" * length)
        assert values_of(decode_command(encode_command(command))) == values_of(command)


@pytest.mark.parametrize(
    "payload", [b"", b"\x0a", b"\x0a\x05\x08", b"\x0a\x01\xff", b"\xff" * 9, b"\xf2\x07\x00", b"\x6a\x02\x0a\x00"]
)
def test_bytes_that_are_no_known_command_are_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="command"):
        decode_command(payload)


def test_a_command_without_any_value_keeps_its_kind() -> None:
    assert values_of(decode_command(encode_command(CreateAccount("")))) == (CreateAccount, "")
