from zlib import crc32

from exchange_server.feeds.book_checksum import book_checksum

# The worked example of https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2: BTC/USD, prices with one
# decimal, quantities with eight.
KRAKEN_ASKS = [
    (452852, 100000),
    (452864, 154571953),
    (452866, 154571109),
    (452896, 154560911),
    (452902, 15890660),
    (452918, 154553491),
    (452947, 4454749),
    (452961, 35380000),
    (452975, 9945542),
    (452995, 18772827),
]
KRAKEN_BIDS = [
    (452835, 10000000),
    (452834, 154582015),
    (452821, 10000000),
    (452810, 10000000),
    (452803, 154592586),
    (452790, 7990000),
    (452776, 3310103),
    (452775, 30000000),
    (452773, 154602737),
    (452766, 15445238),
]


def test_the_example_that_kraken_publishes_has_the_checksum_that_kraken_publishes() -> None:
    assert book_checksum(KRAKEN_ASKS, KRAKEN_BIDS, 1, 1) == 3310070434


def test_ticks_and_lots_are_written_in_units_of_their_last_decimal() -> None:
    # A tick of 0.25 with two decimals, a lot of 0.5 with one: 3 ticks are "0.75", 7 lots are "3.5".
    assert book_checksum([(3, 7)], [(2, 1)], 25, 5) == crc32(b"7535505")


def test_an_empty_book_has_the_checksum_of_nothing() -> None:
    assert book_checksum([], [], 1, 1) == 0
