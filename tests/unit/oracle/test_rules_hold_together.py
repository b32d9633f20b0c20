"""The rules of docs/orders.md do not contradict each other: whatever is asked, money and quantities add up."""

import random

import pytest

from tests.oracle.naive_exchange import NaiveOrder, Outcome, Protection
from tests.unit.oracle.tale import BASE, NAMES, QUOTE, OracleTale

MODES = ("EXPIRE_MAKER", "EXPIRE_TAKER", "EXPIRE_BOTH", "DECREMENT")
COMMANDS = 250


class Chance:
    """Draws commands and applies them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tale = OracleTale(maker_ppm=self.random.choice([-3_333, 90_001]), taker_ppm=12_345)
        exchange = self.tale.exchange
        for account in range(len(NAMES)):
            exchange.move(account, "elsewhere", BASE, 999_960)
            exchange.move(account, "elsewhere", QUOTE, 999_600)
        exchange.set_trade_group(0, 5)
        exchange.set_trade_group(1, 5)

    def order(self) -> NaiveOrder:
        draw = self.random
        who, buy, lots, price = draw.choice(NAMES), draw.random() < 0.5, draw.randint(1, 12), draw.randint(5, 15)
        stp, kind = draw.choice(MODES), draw.randint(0, 11)
        order = self.tale.order
        trigger, expire = draw.randint(5, 15), self.tale.exchange.now + draw.randint(1, 40)
        if kind == 0:
            return order(who, buy, lots, tif=draw.choice(["IOC", "FOK"]), stp=stp)
        if kind == 1:
            amount = draw.randint(1, 150)
            return order(who, buy, 0, quote_amount=amount, tif=draw.choice(["IOC", "FOK"]), stp=draw.choice(MODES[:3]))
        if kind == 2:
            return order(
                who, buy, lots, kind=draw.choice(["STOP_MARKET", "TAKE_PROFIT_MARKET"]), trigger=trigger, stp=stp
            )
        if kind == 3:
            limit = draw.choice(["STOP_LIMIT", "TAKE_PROFIT_LIMIT"])
            terms = {"post_only": draw.random() < 0.3, "slide": draw.random() < 0.5}
            return order(who, buy, lots, price, kind=limit, trigger=trigger, tif="GTT", expire_time=expire, **terms)
        if kind == 4:
            return order(who, buy, lots, kind="TRAILING_STOP", trailing_offset=draw.randint(1, 4))
        if kind == 5:
            activation = draw.choice([0, draw.randint(5, 15)])
            return order(
                who, buy, lots, kind="TRAILING_STOP", trailing_bps=draw.randint(1, 4_000), activation=activation
            )
        if kind == 6:
            peg = draw.choice(["OWN", "MID", "OPPOSITE"])
            return order(who, buy, lots, price, kind="PEGGED", peg=peg, peg_offset=draw.randint(-3, 3))
        if kind == 7:
            return order(who, buy, lots, price, post_only=True, slide=draw.random() < 0.5)
        if kind == 8:
            return order(who, buy, lots, price, display=draw.randint(1, lots), stp=stp)
        if kind == 9:
            return order(who, buy, lots, price, tif=draw.choice(["IOC", "FOK"]), stp=stp)
        return order(who, buy, lots, price, stp=stp, key=draw.choice(["", "a", "b"]))

    def command(self) -> Outcome:
        draw, tale, exchange = self.random, self.tale, self.tale.exchange
        exchange.now += 1
        kind = draw.randint(0, 99)
        who = draw.choice(NAMES)
        account = NAMES.index(who)
        if kind < 60:
            return exchange.place(self.order())
        if kind < 70 and exchange.orders:
            order = draw.choice(exchange.orders[-20:])
            price = draw.choice([None, draw.randint(5, 15)]) if order.price and order.kind != "PEGGED" else None
            return exchange.amend(order.account, order.order_id, "", price, draw.choice([None, draw.randint(1, 15)]))
        if kind < 75 and exchange.orders:
            order = draw.choice(exchange.orders[-20:])
            return exchange.cancel(order.account, order.order_id, "")
        if kind < 80:
            buy, lots, low = draw.random() < 0.5, draw.randint(1, 9), draw.randint(5, 9)
            stop, high = ("STOP_MARKET", low + draw.randint(1, 5))
            limit = tale.order(who, buy, lots, low if buy else high)
            return exchange.place_oco(
                *(tale.order(who, buy, lots, kind=stop, trigger=high), limit)
                if buy
                else (limit, tale.order(who, buy, lots, kind=stop, trigger=low))
            )
        if kind < 86:
            buy, price = draw.random() < 0.5, draw.randint(7, 12)
            profit, loss = (price + 2, price - 1) if buy else (price - 2, price + 1)
            return exchange.place_bracket(
                tale.order(who, buy, draw.randint(1, 9), price),
                tale.order(who, not buy, 0, kind="TAKE_PROFIT_MARKET", trigger=profit),
                tale.order(who, not buy, 0, loss, kind="STOP_LIMIT", trigger=loss),
            )
        if kind < 90:
            return exchange.expire()
        if kind < 92:
            return exchange.cancel_all(account, 0, draw.choice([None, True, False]), draw.choice(["", "a"]))
        if kind < 94:
            band, market = draw.choice([0, 3_000]), draw.choice([0, 2_000])
            return exchange.set_protection(1, Protection(band_bps=band, market_bps=market, max_open_orders=30))
        status = draw.choice(["OPEN"] * 8 + ["AUCTION"] * 3 + ["POST_ONLY", "CANCEL_ONLY", "HALTED"])
        return exchange.set_status(1, status)


def check(tale: OracleTale) -> None:
    """What must hold after every command."""
    exchange = tale.exchange
    for asset in (BASE, QUOTE):
        assert sum(atoms for (_, of), atoms in exchange.totals.items() if of == asset) == 0
        assert all(exchange.available(account, asset) >= 0 for account in range(len(NAMES)))
    assert exchange.totals.get(("fees", QUOTE), 0) >= 0
    if exchange.status[1] in ("OPEN", "POST_ONLY"):
        assert exchange.indication(1) is None
    last = exchange.last.get(1)
    for order in exchange.orders:
        if order.quote_amount:
            assert order.quantity == order.filled
        elif order.state in ("open", "pending"):
            assert order.quantity == order.filled + order.prevented + order.open
        if order.state == "open":
            assert 0 < order.shown <= order.open
        if order.state == "pending" and order.open and order.kind != "TRAILING_STOP" and last is not None:
            assert not exchange.satisfied(order, last)
        if order.state == "filled":
            assert order.filled == order.quantity
        assert order.state != "arriving"
    assert not exchange.settle_again()


@pytest.mark.parametrize("seed", range(12))
def test_money_and_quantities_add_up_whatever_is_asked(seed: int) -> None:
    chance = Chance(seed)
    accepted = 0
    for _ in range(COMMANDS):
        outcome = chance.command()
        accepted += not outcome.word.isupper()
        check(chance.tale)
    assert accepted > COMMANDS // 4
