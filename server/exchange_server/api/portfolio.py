"""GetPortfolio, ListEquity and ListPerformance: what accounts are worth now, were worth, and have won by trading.

Fills are counted by the history, up to some command; balances and last prices are the engine's, as they are now.
"""

from itertools import groupby
from typing import Final

from exchange.v1 import account_service_pb2 as pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.errors import ASSET_NOT_FOUND, CallError
from exchange_server.api.history import HistoryReader
from exchange_server.api.market_history import asked
from exchange_server.api.pages import page_size, time_range
from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.equity import Valuation
from exchange_server.engine.types import SCOPE_ADMIN, SCOPE_READ, AccountId, MarketId
from exchange_server.projections.clickhouse.queries import MarketHistory
from exchange_server.wire.decimals import format_units
from exchange_server.wire.portfolio import Totals, equity_point_message, performance_message, position_message

DEFAULT_POINTS: Final = 500
SECOND_NS: Final = 1_000_000_000
STEP_ROWS: Final = 100
"""Accounts that are valued in one go on the event loop, about two milliseconds."""


class PortfolioCalls:
    """The calls; `equity` is None when the exchange runs without a market history."""

    def __init__(self, core: Core, history: HistoryReader, equity: MarketHistory | None) -> None:
        self._core: Final = core
        self._history: Final = history
        self._equity: Final = equity

    def methods(self) -> dict[str, Method]:
        """Return the table of these calls."""
        service = "/exchange.v1.AccountService"
        return {
            f"{service}/GetPortfolio": Method(self.get_portfolio, SCOPE_READ),
            f"{service}/ListEquity": Method(self.list_equity, SCOPE_READ),
            "/exchange.v1.AdminService/ListPerformance": Method(self.list_performance, SCOPE_ADMIN),
        }

    async def get_portfolio(self, request: pb.GetPortfolioRequest, call: Call) -> pb.GetPortfolioResponse:
        account_id = self._core.account_of(call, request.account_id)
        quote = self._quote(request.quote_asset)
        totals = await self._history.trading_totals(account_id, self._markets(quote))
        markets = self._core.engine.markets
        positions = [position_message(markets[row.market_id], row) for row in totals.rows]
        positions.sort(key=lambda position: position.market)
        response = pb.GetPortfolioResponse(
            quote_asset=quote.name,
            equity=format_units(self._equity_now(account_id, quote), quote.decimals),
            positions=positions,
            as_of_sequence=totals.sequence,
        )
        await self._core.settled()
        return response

    async def list_performance(
        self, request: admin_pb.ListPerformanceRequest, call: Call
    ) -> admin_pb.ListPerformanceResponse:
        quote = self._quote(request.quote_asset)
        markets = self._markets(quote)
        totals = await self._history.largest_traders(markets, page_size(request.page_size))
        valuation = Valuation(quote.asset_id, markets.values())
        response = admin_pb.ListPerformanceResponse(quote_asset=quote.name, as_of_sequence=totals.sequence)
        by_account = [
            (account_id, [(markets[row.market_id], row) for row in rows])
            for account_id, rows in groupby(totals.rows, lambda row: row.account_id)
        ]
        for start in range(0, len(by_account), STEP_ROWS):
            await self._core.shard.turnstile.enter(STEP_ROWS)
            for account_id, positions in by_account[start : start + STEP_ROWS]:
                account = self._core.engine.accounts[account_id]
                held: list[tuple[Market, Totals]] = [*positions]
                response.accounts.append(performance_message(account, valuation.equity_atoms(account), quote, held))
        await self._core.settled()
        return response

    async def list_equity(self, request: pb.ListEquityRequest, call: Call) -> pb.ListEquityResponse:
        account_id = self._core.account_of(call, request.account_id)
        quote = self._quote(request.quote_asset)
        start_ns, end_ns = time_range(request)
        size = request.max_points or DEFAULT_POINTS
        now_ns = self._core.clock_ns()
        # 1. What is stored: the last point of each part of the time, and what the account was worth when it begins.
        async with asked(self._equity) as history:
            first = await history.first_equity(account_id, quote.asset_id)
            begins_s = _second_from(start_ns) if start_ns is not None else first.time_s if first else 0
            ends_s = now_ns // SECOND_NS + 1 if end_ns is None else _second_from(end_ns)
            # One point less for each of those that are added below.
            parts = max(size - (start_ns is not None) - (end_ns is None), 1)
            rows = await history.equity(account_id, quote.asset_id, begins_s, ends_s, parts) if first else []
            before = None
            if first and start_ns is not None and start_ns <= now_ns:
                # At this very time, or before.
                before = await history.equity_before(account_id, quote.asset_id, start_ns // SECOND_NS + 1)
        points = [(row.time_s * SECOND_NS, row.equity_atoms) for row in rows]
        # 2. An account is worth the same until its next point.
        if before is not None and start_ns is not None and (not points or points[0][0] > start_ns):
            points.insert(0, (start_ns, before.equity_atoms))
        # 3. The present is stored nowhere yet.
        if end_ns is None and (start_ns is None or start_ns <= now_ns):
            points.append((max(now_ns, points[-1][0] if points else 0), self._equity_now(account_id, quote)))
        response = pb.ListEquityResponse(quote_asset=quote.name)
        for start in range(max(len(points) - size, 0), len(points), STEP_ROWS):
            await self._core.shard.turnstile.enter(STEP_ROWS)
            response.points.extend(
                equity_point_message(time_ns, atoms, quote) for time_ns, atoms in points[start : start + STEP_ROWS]
            )
        await self._core.settled()
        return response

    def _equity_now(self, account_id: AccountId, quote: Asset) -> int:
        engine = self._core.engine
        return Valuation(quote.asset_id, engine.markets.values()).equity_atoms(engine.accounts[account_id])

    def _markets(self, quote: Asset) -> dict[MarketId, Market]:
        """Return the markets of a quote asset by id."""
        markets = self._core.engine.markets
        return {market_id: market for market_id, market in markets.items() if market.quote is quote}

    def _quote(self, name: str) -> Asset:
        """Return the asset in which to value; the quote asset of the first market when the name is empty."""
        engine = self._core.engine
        if name:
            asset = engine.assets_by_name.get(name)
            if asset is None:
                raise CallError(ASSET_NOT_FOUND, "quote_asset")
            return asset
        if not engine.markets:
            raise CallError(ASSET_NOT_FOUND, "quote_asset", "there is no market yet, and so no quote asset")
        return engine.markets[min(engine.markets)].quote


def _second_from(time_ns: int) -> int:
    """Return the first whole second at or after a time."""
    return -(-time_ns // SECOND_NS)
