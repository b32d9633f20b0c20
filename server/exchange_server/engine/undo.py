"""What a batch has changed so far, kept so that it can be taken back as if it had never been.

Of each order, level, balance and book there is an image from before its first change. Everything else follows from
these, as it does when a snapshot is loaded: which orders an account has open, which it remembers as closed, which
levels a book has, who waits for a trigger. Only expire times are noted one by one.

The primitives that change an order's place (`Level`, `WaitingOrders`, `Account`, `Expiries`) tell of it themselves
while a batch is `recording`. Who changes fields of an order beyond that says so first, by `order`. Of each order id the
first image counts: neither a successor nor an order that the batch has placed needs one.
"""

from typing import Final

from exchange_server.engine.accounts import Account, AccountRecorder, Balance
from exchange_server.engine.book import Book
from exchange_server.engine.deadlines import Expiries, Expiry
from exchange_server.engine.orders import Level, Order
from exchange_server.engine.specials import Special
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import AccountId, Atoms, Lots, MarketId, OrderId, Ticks, TimeNs


class OrderImage:
    """An open order as it was, in its account, its level and its list."""

    __slots__ = (
        "close_reason",
        "cost_atoms",
        "fee_micro",
        "level",
        "list_members",
        "next",
        "open_lots",
        "order",
        "prev",
        "price_ticks",
        "quantity_lots",
        "special",
        "update_time_ns",
    )

    def __init__(self, order: Order, list_members: tuple[OrderId, ...]) -> None:
        self.order: Final = order
        self.list_members: Final = list_members
        self.price_ticks: Final[Ticks] = order.price_ticks
        self.quantity_lots: Final[Lots] = order.quantity_lots
        self.open_lots: Final[Lots] = order.open_lots
        self.cost_atoms: Final[Atoms] = order.cost_atoms
        self.fee_micro: Final[int] = order.fee_micro
        self.close_reason: Final[int] = order.close_reason
        self.update_time_ns: Final[TimeNs] = order.update_time_ns
        self.level: Final[Level | None] = order.level
        self.prev: Final[Order | None] = order.prev
        self.next: Final[Order | None] = order.next
        self.special: Special | None = None
        if isinstance(order.terms, SpecialTerms):
            self.special = Special.of_row(order.special.row())

    def restore(self) -> None:
        """Make the order what it was."""
        order = self.order
        order.price_ticks = self.price_ticks
        order.quantity_lots = self.quantity_lots
        order.open_lots = self.open_lots
        order.cost_atoms = self.cost_atoms
        order.fee_micro = self.fee_micro
        order.close_reason = self.close_reason
        order.update_time_ns = self.update_time_ns
        order.level = self.level
        order.prev = self.prev
        order.next = self.next
        if self.special is not None:
            order.special = self.special


class BookImage:
    """What a market and its book say of themselves; a new field that a command can change belongs here."""

    __slots__ = (
        "_best_ask",
        "_best_bid",
        "_book",
        "_followed",
        "_last_price_ticks",
        "_next_trade_id",
        "_pegged",
        "_specials",
    )

    def __init__(self, book: Book) -> None:
        self._book: Final = book
        self._specials: Final[int] = book.specials
        self._best_bid: Final[Level | None] = book.bids.best
        self._best_ask: Final[Level | None] = book.asks.best
        self._next_trade_id: Final[int] = book.market.next_trade_id
        self._last_price_ticks: Final[Ticks] = book.market.last_price_ticks
        self._pegged: Final[dict[OrderId, AccountId]] = dict(book.pegged)
        self._followed: Final[tuple[int, int]] = book.followed

    def restore(self, pegged_books: dict[MarketId, Book]) -> None:
        """Make the book what it was; its levels are put right apart from this."""
        book = self._book
        book.specials = self._specials
        book.bids.best = self._best_bid
        book.asks.best = self._best_ask
        book.market.next_trade_id = self._next_trade_id
        book.market.last_price_ticks = self._last_price_ticks
        book.pegged.clear()
        book.pegged.update(self._pegged)
        book.followed = self._followed
        pegged_books.pop(book.market.market_id, None)
        if book.pegged:
            pegged_books[book.market.market_id] = book
        book.note_quick()


class Undo(AccountRecorder):
    """The images of one engine, empty but while a batch is executed."""

    __slots__ = (
        "_accounts",
        "_balances",
        "_books",
        "_crowded",
        "_expiries",
        "_images",
        "_levels",
        "_lists",
        "_new_order_id",
        "_opened",
        "_pegged_books",
    )

    def __init__(
        self,
        accounts: dict[AccountId, Account],
        order_lists: dict[OrderId, tuple[OrderId, ...]],
        pegged_books: dict[MarketId, Book],
    ) -> None:
        super().__init__()
        self._accounts: Final = accounts
        self._lists: Final = order_lists
        self._pegged_books: Final = pegged_books
        self._new_order_id: OrderId = OrderId(0)
        self._books: Final[dict[MarketId, tuple[Book, BookImage]]] = {}
        self._images: Final[dict[OrderId, OrderImage]] = {}
        self._levels: Final[dict[Level, tuple[Lots, Order | None, Order | None]]] = {}
        self._balances: Final[dict[Balance, tuple[int, int]]] = {}
        self._opened: Final[list[Balance]] = []
        self._expiries: Final[list[Expiry]] = []
        self._crowded: Final[dict[AccountId, None]] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing is kept."""
        kept = (
            *(len(self._books), len(self._images), len(self._levels), len(self._balances), len(self._opened)),
            *(len(self._expiries), len(self._crowded)),
        )
        return not any(kept)

    # ------------------------------------------------------------ recording

    def begin(self, new_order_id: OrderId) -> None:
        """Keep images from now on; orders from this id on are new."""
        self.recording = True
        self._new_order_id = new_order_id

    def book(self, book: Book) -> None:
        """Keep a book before a command reaches into it."""
        if book.market.market_id not in self._books:
            self._books[book.market.market_id] = (book, BookImage(book))

    def order(self, order: Order) -> None:
        """Keep an order, and the level in which it rests, before it changes."""
        if order.level is not None:
            self.level(order.level)
        order_id = order.order_id
        if order_id < self._new_order_id and order_id not in self._images:
            members = self._lists.get(order.list_id, ()) if order.role else ()
            self._images[OrderId(order_id)] = OrderImage(order, members)

    def level(self, level: Level) -> None:
        """Keep a level before it changes; one that is empty is new."""
        if level not in self._levels:
            self._levels[level] = (level.total_lots, level.first, level.last)

    def leaves(self, order: Order) -> None:
        """Keep an order that leaves its level or is replaced there, and those that it is linked with."""
        self.order(order)
        if order.prev is not None:
            self.order(order.prev)
        if order.next is not None:
            self.order(order.next)

    def joins(self, level: Level) -> None:
        """Keep a level that an order joins at its end."""
        self.level(level)
        if level.last is not None:
            self.order(level.last)

    def balance(self, balance: Balance) -> None:
        """Keep a balance before it changes."""
        if balance not in self._balances:
            self._balances[balance] = (balance.available_atoms, balance.reserved_atoms)

    def opens(self, balance: Balance) -> None:
        """Note a new balance, that it may go again."""
        self._opened.append(balance)

    def expires(self, expire_time_ns: TimeNs, order_id: OrderId, account_id: AccountId) -> None:
        """Note that an order has got an expire time."""
        self._expiries.append((expire_time_ns, order_id, account_id))

    def crowds(self, account_id: AccountId) -> None:
        """Note that an account remembers too much: what is forgotten cannot be brought back."""
        self._crowded[account_id] = None

    # ------------------------------------------------------------ the end of a batch

    def keep(self) -> None:
        """Let what was done stand."""
        self.recording = False
        for account_id in self._crowded:
            self._accounts[account_id].forget()
        self._clear()

    def take_back(self, expiries: Expiries, placed_by: AccountId) -> None:
        """Make everything what it was; new orders are of one account."""
        self.recording = False
        # 1. Whoever waits now, of those that changed or are new, waits no longer; whoever waited does so again below.
        for order in self._changed_or_new(placed_by):
            if order.pending and order.open_lots:
                self._books[order.market.market_id][0].waiting.remove(order)
        for expiry in reversed(self._expiries):
            expiries.take_back(expiry)
        # 2. The books.
        self._restore_levels()
        for _, book_image in self._books.values():
            book_image.restore(self._pegged_books)
        # 3. The orders, and the accounts that have them.
        gone: dict[AccountId, list[Order]] = {placed_by: []}
        for image in self._images.values():
            image.restore()
            order = image.order
            gone.setdefault(AccountId(order.account_id), []).append(order)
            if image.list_members:
                self._lists[order.list_id] = image.list_members
            if order.pending and order.open_lots:
                self._books[order.market.market_id][0].waiting.add(order)
        for account_id, orders in gone.items():
            account = self._accounts.get(account_id)
            if account is not None:
                self._restore_account(account, orders)
        # 4. Money.
        for balance, (available_atoms, reserved_atoms) in self._balances.items():
            balance.available_atoms = available_atoms
            balance.reserved_atoms = reserved_atoms
        for balance in self._opened:
            del self._accounts[balance.account_id].balances[balance.asset_id]
        self._clear()

    def _changed_or_new(self, placed_by: AccountId) -> list[Order]:
        """Return the orders that are open now, as they are now, and were changed or placed by the batch."""
        found: list[Order] = []
        for image in self._images.values():
            current = self._accounts[image.order.account_id].open_orders.get(image.order.order_id)
            if current is not None:
                found.append(current)
        account = self._accounts.get(placed_by)
        if account is not None:
            for order_id in reversed(account.open_orders):
                if order_id < self._new_order_id:
                    break
                found.append(account.open_orders[order_id])
        return found

    def _restore_levels(self) -> None:
        """Give levels their orders again; those that were opened go before those that were closed return."""
        for level, (total_lots, first, last) in self._levels.items():
            level.total_lots = total_lots
            level.first = first
            level.last = last
            side = self._books[level.market_id][0].own(level.side)
            if first is None and side.levels.get(level.price_ticks) is level:
                del side.levels[level.price_ticks]
                side.prices.remove(level.price_ticks)
        for level in self._levels:
            side = self._books[level.market_id][0].own(level.side)
            if level.first is not None and level.price_ticks not in side.levels:
                side.levels[level.price_ticks] = level
                side.prices.add(level.price_ticks)

    def _restore_account(self, account: Account, orders: list[Order]) -> None:
        """Let an account have open what it had: new orders go, those that changed or ended return."""
        closed, opened, keys = account.closed, account.open_orders, account.client_orders
        new = self._new_order_id
        while closed and (closed[-1].order_id >= new or closed[-1].order_id in self._images):
            del account.closed_orders[closed.pop().order_id]
        # What is new came last.
        while keys and keys[next(reversed(keys))].order_id >= new:
            keys.popitem()
        while opened and next(reversed(opened)) >= new:
            opened.popitem()
        ended: list[Order] = []
        for order in orders:
            if order.client_order_id:
                keys[order.client_order_id] = order
            if order.order_id in opened:
                opened[order.order_id] = order
            else:
                ended.append(order)
        if ended:
            account.reopen(ended)

    def _clear(self) -> None:
        self._books.clear()
        self._images.clear()
        self._levels.clear()
        self._balances.clear()
        self._opened.clear()
        self._expiries.clear()
        self._crowded.clear()
