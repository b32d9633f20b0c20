"""The unary methods that read market data and the account, for both clients. Lists are told which page by its token."""

from datetime import datetime

from exchange.v1 import account_service_pb2 as accounts_pb
from exchange.v1 import market_data_service_pb2 as market_data_pb
from exchange_sdk import _market_requests as requests
from exchange_sdk import _parse as parse
from exchange_sdk import _parse_portfolio as parse_portfolio
from exchange_sdk._enums import CandleInterval
from exchange_sdk._operations import Listed, Operation, listed, page, read
from exchange_sdk._times import to_timestamp
from exchange_sdk.market_models import Candle, OrderBook, Ticker, Trade
from exchange_sdk.models import Account, ApiKey, Asset, Balance, LedgerEntry, Market
from exchange_sdk.order_models import Fill
from exchange_sdk.portfolio_models import EquityHistory, Portfolio

# ---------------------------------------------------------------- market data


def list_assets() -> Operation[list[Asset]]:
    return read(
        lambda stubs: stubs.market_data.ListAssets,
        market_data_pb.ListAssetsRequest(),
        lambda answer: list(map(parse.asset, answer.assets)),
    )


def list_markets() -> Operation[list[Market]]:
    return read(
        lambda stubs: stubs.market_data.ListMarkets,
        market_data_pb.ListMarketsRequest(),
        lambda answer: list(map(parse.market, answer.markets)),
    )


def get_market(market: str) -> Operation[Market]:
    return read(
        lambda stubs: stubs.market_data.GetMarket,
        market_data_pb.GetMarketRequest(market=market),
        lambda answer: parse.market(answer.market),
    )


def get_order_book(market: str, depth: int) -> Operation[OrderBook]:
    return read(
        lambda stubs: stubs.market_data.GetOrderBook,
        market_data_pb.GetOrderBookRequest(market=market, depth=depth),
        lambda answer: parse.order_book(answer.order_book),
    )


def get_ticker(market: str) -> Operation[Ticker]:
    return read(
        lambda stubs: stubs.market_data.GetTicker,
        market_data_pb.GetTickerRequest(market=market),
        lambda answer: parse.ticker(answer.ticker),
    )


def list_trades(market: str, start: datetime | None, end: datetime | None, page_size: int) -> Listed[Trade]:
    request = requests.list_trades(market, start, end, page_size)

    return listed(
        lambda stubs: stubs.market_data.ListTrades,
        request,
        lambda answer: page(answer.trades, parse.trade, answer.next_page_token),
    )


def list_candles(
    market: str,
    interval: CandleInterval | str,
    start: datetime | None,
    end: datetime | None,
    fill_gaps: bool,
    page_size: int,
) -> Listed[Candle]:
    request = requests.list_candles(market, interval, start, end, fill_gaps, page_size)

    return listed(
        lambda stubs: stubs.market_data.ListCandles,
        request,
        lambda answer: page(answer.candles, parse.candle, answer.next_page_token),
    )


# ---------------------------------------------------------------- account


def get_account(account_id: int) -> Operation[Account]:
    return read(
        lambda stubs: stubs.accounts.GetAccount,
        accounts_pb.GetAccountRequest(account_id=account_id),
        lambda answer: parse.account(answer.account, answer.scopes),
    )


def list_balances(account_id: int) -> Operation[list[Balance]]:
    return read(
        lambda stubs: stubs.accounts.ListBalances,
        accounts_pb.ListBalancesRequest(account_id=account_id),
        lambda answer: list(map(parse.balance, answer.balances)),
    )


def list_fills(
    market: str, order_id: int, start: datetime | None, end: datetime | None, page_size: int, account_id: int
) -> Listed[Fill]:
    request = accounts_pb.ListFillsRequest(
        market=market,
        order_id=order_id,
        page_size=page_size,
        account_id=account_id,
        start_time=None if start is None else to_timestamp(start, "start"),
        end_time=None if end is None else to_timestamp(end, "end"),
    )

    return listed(
        lambda stubs: stubs.accounts.ListFills,
        request,
        lambda answer: page(answer.fills, parse.fill, answer.next_page_token),
    )


def list_ledger_entries(
    asset: str, start: datetime | None, end: datetime | None, page_size: int, account_id: int
) -> Listed[LedgerEntry]:
    request = accounts_pb.ListLedgerEntriesRequest(
        asset=asset,
        page_size=page_size,
        account_id=account_id,
        start_time=None if start is None else to_timestamp(start, "start"),
        end_time=None if end is None else to_timestamp(end, "end"),
    )

    return listed(
        lambda stubs: stubs.accounts.ListLedgerEntries,
        request,
        lambda answer: page(answer.entries, parse.ledger_entry, answer.next_page_token),
    )


def get_portfolio(quote_asset: str, account_id: int) -> Operation[Portfolio]:
    return read(
        lambda stubs: stubs.accounts.GetPortfolio,
        accounts_pb.GetPortfolioRequest(quote_asset=quote_asset, account_id=account_id),
        parse_portfolio.portfolio,
    )


def list_equity(
    quote_asset: str, start: datetime | None, end: datetime | None, max_points: int, account_id: int
) -> Operation[EquityHistory]:
    request = accounts_pb.ListEquityRequest(
        quote_asset=quote_asset,
        max_points=max_points,
        account_id=account_id,
        start_time=None if start is None else to_timestamp(start, "start"),
        end_time=None if end is None else to_timestamp(end, "end"),
    )
    return read(lambda stubs: stubs.accounts.ListEquity, request, parse_portfolio.equity_history)


def list_api_keys(account_id: int) -> Operation[list[ApiKey]]:
    return read(
        lambda stubs: stubs.accounts.ListApiKeys,
        accounts_pb.ListApiKeysRequest(account_id=account_id),
        lambda answer: list(map(parse_portfolio.api_key, answer.api_keys)),
    )
