"""An audit by code of its own: money and orders recomputed from the printed journal and from fills, matching nothing.

It knows the rules of the contract (what a credit, a fill, a fee and a reservation are) and none of the exchange's code.
"""

import json
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from exchange_sdk import Fill, Liquidity, Order, Side
from tests.e2e.dev_process import EXCHANGE, clean_environment
from tests.integration.sdk_fixture import AnyClient

ISSUANCE, FEES = 1, 2
MILLION = 1_000_000

Money = dict[tuple[int, str], int]
"""Atoms by account and asset."""


def printed_journal(directory: Path) -> list[dict[str, Any]]:
    """Return the commands that `exchange journal dump` prints."""
    done = subprocess.run(
        [*EXCHANGE, "journal", "dump", str(directory)],
        env=clean_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Terms(NamedTuple):
    """A market as its creation is journaled."""

    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    maker_ppm: int
    taker_ppm: int


class NaiveAudit:
    """Compares what the API says with the journal's commands."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        assert [record["sequence"] for record in records] == list(range(1, len(records) + 1))
        self.records = records
        # Ids are given in the order of creation, from 1; creating again what exists takes none.
        self.decimals = {record["name"]: record["decimals"] for record in self._all("CreateAsset")}
        self.markets = {
            f"{record['base_asset']}-{record['quote_asset']}": Terms(
                record["base_asset"],
                record["quote_asset"],
                Decimal(record["tick_units"]).scaleb(-record["price_decimals"]),
                Decimal(record["lot_units"]).scaleb(-record["quantity_decimals"]),
                record["maker_fee_ppm"],
                record["taker_fee_ppm"],
            )
            for record in self._all("CreateMarket")
        }
        self.orders: list[Order] = []
        self.fills: dict[int, list[Fill]] = {}

    async def check(self, admin: AnyClient) -> None:
        """Check everything that does not take a matching engine to know."""
        held: Money = {}
        reserved: Money = {}
        accounts = [account.account_id for account in await admin.items("admin.list_accounts")]
        for account_id in accounts:
            for balance in await admin("list_balances", account_id=account_id):
                held[account_id, balance.asset] = self.atoms(balance.total, balance.asset)
                reserved[account_id, balance.asset] = self.atoms(balance.reserved, balance.asset)
            self.orders += await admin.items("list_orders", account_id=account_id, page_size=1000)
            self.fills[account_id] = await admin.items("list_fills", account_id=account_id, page_size=1000)
        self._check_supply(held)
        self._check_what_accounts_hold(held)
        self._check_what_accounts_reserve(reserved)
        self._check_orders()
        self._check_trades()

    def atoms(self, amount: Decimal, asset: str) -> int:
        """Return an amount in atoms; it must be whole."""
        scaled = amount.scaleb(self.decimals[asset])
        assert scaled == int(scaled)
        return int(scaled)

    def _all(self, command: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["command"] == command]

    def _credits(self) -> Money:
        assets = list(self.decimals)
        booked: dict[tuple[int, str], dict[str, Any]] = {}
        for number, record in enumerate(self._all("Credit")):
            booked.setdefault((record["account_id"], record["credit_id"] or f"#{number}"), record)
        money: Money = defaultdict(int)
        for record in booked.values():
            money[record["account_id"], assets[record["asset_id"] - 1]] += record["amount_atoms"]
        return money

    def _check_supply(self, held: Money) -> None:
        """What was credited is with the clients and in the fees, all of it and no more; issuance owes it."""
        for asset in self.decimals:
            credited = sum(amount for (_, of), amount in self._credits().items() if of == asset)
            assert credited > 0
            assert sum(amount for (who, of), amount in held.items() if of == asset and who != ISSUANCE) == credited
            assert held[ISSUANCE, asset] == -credited

    def _check_what_accounts_hold(self, held: Money) -> None:
        money = self._credits()
        for account_id, fills in self.fills.items():
            for fill in fills:
                terms = self.markets[fill.market]
                sign = 1 if fill.side is Side.BUY else -1
                fee = self.atoms(fill.fee, terms.quote)
                money[account_id, terms.base] += sign * self.atoms(fill.quantity, terms.base)
                money[account_id, terms.quote] -= sign * self.atoms(fill.quote_amount, terms.quote) + fee
                money[FEES, terms.quote] += fee
        assert {key: amount for key, amount in held.items() if key[0] != ISSUANCE} == dict(money)

    def _check_what_accounts_reserve(self, reserved: Money) -> None:
        needed: Money = dict.fromkeys(reserved, 0)
        for order in self.orders:
            if not order.is_open:
                continue
            terms = self.markets[order.market]
            if order.side is Side.SELL:
                needed[order.account_id, terms.base] += self.atoms(order.open_quantity, terms.base)
                continue
            assert order.price is not None
            notional = self.atoms(order.price * order.open_quantity, terms.quote)
            charged = self._fee_millionths(order)
            worst = max(terms.maker_ppm, terms.taker_ppm, 0)
            fee = _ceil_div(charged + notional * worst, MILLION) - _ceil_div(charged, MILLION)
            needed[order.account_id, terms.quote] += notional + fee
        assert needed == reserved

    def _check_orders(self) -> None:
        """Every order is what its command asked for, and the sum of its fills."""
        markets = list(self.markets)
        for order in self.orders:
            # In shard 0 an order's id is the sequence of the command that placed it.
            record = self.records[order.order_id - 1]
            terms = self.markets[order.market]
            assert record["command"] == "PlaceOrder"
            assert record["account_id"] == order.account_id
            assert record["client_order_id"] == order.client_order_id
            assert markets[record["market_id"] - 1] == order.market
            assert record["side"] == (1 if order.side is Side.BUY else 2)
            assert record["quantity_lots"] * terms.lot == order.quantity
            assert record["price_ticks"] * terms.tick == (order.price or 0)
            assert record["time_ns"] == order.create_time_ns
            fills = self._fills_of(order)
            assert sum(fill.quantity for fill in fills) == order.filled_quantity
            assert sum(fill.quote_amount for fill in fills) == order.filled_quote
            assert sum(fill.fee for fill in fills) == order.fee
            assert self.atoms(order.fee, terms.quote) == _ceil_div(self._fee_millionths(order), MILLION)
            assert order.open_quantity == (order.quantity - order.filled_quantity if order.is_open else 0)

    def _check_trades(self) -> None:
        """Every trade is one fill of a maker and one of a taker, and none is left out."""
        sides: dict[tuple[str, int], list[Fill]] = defaultdict(list)
        for fills in self.fills.values():
            for fill in fills:
                sides[fill.market, fill.trade_id].append(fill)
        for market in self.markets:
            ids = sorted(trade_id for name, trade_id in sides if name == market)
            assert ids == list(range(1, len(ids) + 1))
            assert ids
        for pair in sides.values():
            maker, taker = sorted(pair, key=lambda fill: fill.liquidity is Liquidity.TAKER)
            assert (maker.liquidity, taker.liquidity) == (Liquidity.MAKER, Liquidity.TAKER)
            assert {maker.side, taker.side} == {Side.BUY, Side.SELL}
            assert (maker.price, maker.quantity, maker.sequence) == (taker.price, taker.quantity, taker.sequence)
            assert maker.quote_amount == taker.quote_amount == maker.price * maker.quantity
            assert maker.order_id < taker.order_id == taker.sequence

    def _fills_of(self, order: Order) -> list[Fill]:
        return [fill for fill in self.fills[order.account_id] if fill.order_id == order.order_id]

    def _fee_millionths(self, order: Order) -> int:
        """Return an order's exact fee so far, in millionths of a quote atom."""
        terms = self.markets[order.market]
        return sum(
            self.atoms(fill.quote_amount, terms.quote)
            * (terms.maker_ppm if fill.liquidity is Liquidity.MAKER else terms.taker_ppm)
            for fill in self._fills_of(order)
        )


def _ceil_div(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
