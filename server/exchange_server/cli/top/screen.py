"""The screen of `exchange top`, in Textual: four panes that are drawn anew from the state some times a second."""

from typing import TYPE_CHECKING, Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Static

import exchange_sdk as sdk
from exchange_server.cli.book import ladder
from exchange_server.cli.order_fields import COLUMNS as ORDER_COLUMNS
from exchange_server.cli.output import cell, number, table
from exchange_server.cli.session import Session
from exchange_server.cli.top.state import HOPS, SHOWN_TRADES, MarketState

if TYPE_CHECKING:
    from rich.console import RenderableType

REFRESH_SECONDS = 0.1
DEEPEST = 200
"""Levels a side that the screen follows: more than any screen has lines."""
ORDER_TITLES = ("order", "side", "type", "price", "open", "status")


class Pane(Static):
    """A part of the screen with a title."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__(id=name)
        self.border_title = title


class TopApp(App[None]):
    """One market: book with depth bars, trades, the caller's orders, and the hops' latencies."""

    TITLE = "exchange top"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("plus,equals_sign", "deeper", "More levels", key_display="+"),
        Binding("minus", "shallower", "Fewer levels", key_display="-"),
        Binding("space", "hold", "Hold"),
    ]
    CSS = """
    Pane { border: round $primary; padding: 0 1; height: 1fr; }
    #ticker { height: 1; border: none; }
    #book { width: 2fr; }
    #side { width: 3fr; }
    #latency { height: 9; }
    """

    def __init__(self, session: Session, market: str) -> None:
        super().__init__()
        self._session = session
        self._market = market
        self._book = sdk.BookChannel(market, depth=DEEPEST)
        self._subscription: sdk.AsyncSubscription | None = None
        self.state = MarketState(market)
        self.depth = 12
        self.held = False
        self._drawn: tuple[object, ...] = ()
        self.error: sdk.ExchangeError | None = None

    def compose(self) -> ComposeResult:
        yield Pane("", "ticker")
        with Horizontal():
            yield Pane("book", "book")
            with Vertical(id="side"):
                yield Pane("trades", "trades")
                yield Pane("my orders", "orders")
                yield Pane("latency, µs", "latency")
        yield Footer()

    def on_mount(self) -> None:
        self.run_worker(self._follow(), exclusive=True)
        self.set_interval(REFRESH_SECONDS, self._draw)

    async def _follow(self) -> None:
        """Read the subscription until the end; what cannot be mended ends the app, and the command says it."""
        try:
            async with self._session.async_client(public=True) as client:
                newest = await self._past_trades(client)
                channels: list[sdk.Channel] = [
                    self._book,
                    sdk.TradesChannel(self._market, after_trade_id=newest),
                    sdk.TickerChannel(self._market, interval=0.25),
                ]
                if self._session.resolve_api_key():
                    channels.append(sdk.AccountChannel())
                async with client.subscribe(*channels) as subscription:
                    self._subscription = subscription
                    async for told in subscription:
                        self.state.take(told)
        except sdk.ExchangeError as error:
            self.error = error
            self.exit()

    async def _past_trades(self, client: sdk.AsyncClient) -> int | None:
        """Show the trades before we look, and return the newest one's id; none while there is no history."""
        try:
            page = await client.list_trades(self._market, page_size=SHOWN_TRADES).page()
        except sdk.Unavailable:
            return None
        self.state.trades.extend(page.items)
        return page.items[0].trade_id if page.items else None

    # ---------------------------------------------------------------- keys

    def action_deeper(self) -> None:
        self.depth = min(self.depth + 4, DEEPEST)

    def action_shallower(self) -> None:
        self.depth = max(self.depth - 4, 4)

    def action_hold(self) -> None:
        """Stop drawing, to read or to copy; what comes meanwhile is shown afterwards."""
        self.held = not self.held
        self.query_one("#book", Pane).border_subtitle = "held" if self.held else ""

    # ---------------------------------------------------------------- pictures

    def _draw(self) -> None:
        # Nothing is drawn for nothing: a remote terminal is slow.
        now = (self.state.events, self.depth, self.size)
        if self.held or now == self._drawn:
            return
        self._drawn = now
        for name, picture in (
            ("ticker", self._ticker()),
            ("book", self._ladder()),
            ("trades", self._trades()),
            ("orders", self._orders()),
            ("latency", self._latency()),
        ):
            self.query_one(f"#{name}", Pane).update(picture)

    def _ticker(self) -> Text:
        ticker = self.state.ticker
        line = Text(self._market, style="bold")
        if ticker is not None and ticker.last_price is not None:
            line.append(f"  {number(ticker.last_price)}")
            if ticker.change_percent is not None:
                line.append(f"  {ticker.change_percent:+}%", style="green" if ticker.change_percent >= 0 else "red")
            line.append(f"  24 h: volume {number(ticker.volume)}, {ticker.trade_count:,} trades", style="dim")
        if self.state.notice:
            line.append(f"  {self.state.notice}", style="yellow")
        return line

    def _ladder(self) -> "RenderableType":
        subscription = self._subscription
        if subscription is None or self._book not in subscription.channels or not subscription.book(self._book).in_sync:
            return Text("no book yet", style="dim")
        book = subscription.book(self._book)
        return ladder(self._market, book.bids(self.depth), book.asks(self.depth), book.sequence)

    def _trades(self) -> "RenderableType":
        grid = Table.grid(padding=(0, 2))
        for trade in list(self.state.trades)[: max(self.query_one("#trades", Pane).size.height, 1)]:
            colour = {sdk.Side.BUY: "green", sdk.Side.SELL: "red"}.get(trade.taker_side, "") if trade.taker_side else ""
            time = f"{trade.trade_time.astimezone():%H:%M:%S}"
            grid.add_row(Text(time, style="dim"), Text(number(trade.price), style=colour), number(trade.quantity))
        return grid if self.state.trades else Text("none yet", style="dim")

    def _orders(self) -> "RenderableType":
        if not self.state.orders:
            return Text("none", style="dim")
        newest = sorted(self.state.orders.values(), key=lambda order: -order.order_id)
        columns = [column for column in ORDER_COLUMNS if column.title in ORDER_TITLES]
        return table(newest[: max(self.query_one("#orders", Pane).size.height - 3, 1)], columns)

    def _latency(self) -> "RenderableType":
        grid = Table(box=None, pad_edge=False)
        for title in ("hop", "p50", "p99", "samples"):
            grid.add_column(title, justify="left" if title == "hop" else "right")
        latencies = self.state.latencies
        for hop in HOPS:
            quantiles: list[Any] = [latencies.quantile(hop, share) for share in (0.5, 0.99)]
            grid.add_row(hop.replace("_", " "), *map(cell, quantiles), str(len(latencies.samples[hop])))
        return grid
