"""The engine: a pure state machine. Commands in, events out, the same on every machine.

The way of an order: `placing` checks it (`risk` says what it can cost), `matching` finds what it meets in the `book`,
`settlement` moves the money, and the rest goes into the `book`. `canceling` takes it out again.

The long way, of what is not plain: `special_orders` (or `amending`, `order_lists`) checks it, `walk` plans what it
does, `arrivals` lets it happen, step by step in `trading`, and fires what its trades trigger out of `waiting`. When all
is done, pegged orders follow (`pegging`). What an `auction` has collected trades when the market opens.
"""

from collections.abc import Iterator

from exchange_server.engine import expiring
from exchange_server.engine.administration import (
    create_account,
    create_api_key,
    create_asset,
    create_market,
    credit,
    revoke_api_key,
    set_market_protection,
    set_market_status,
    set_trade_group,
)
from exchange_server.engine.amending import amend
from exchange_server.engine.auction import Indication, indication
from exchange_server.engine.batch import batch_orders
from exchange_server.engine.canceling import cancel, cancel_all
from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
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
from exchange_server.engine.dumping import dump, view
from exchange_server.engine.events import Event, Rejected
from exchange_server.engine.expiring import (
    cancel_session_orders,
    expire_orders,
    run_cancel_all_after,
    set_cancel_all_after,
)
from exchange_server.engine.live import LiveState
from exchange_server.engine.loading import load
from exchange_server.engine.order_lists import place_bracket, place_oco, repeated
from exchange_server.engine.orders import Order
from exchange_server.engine.placing import place
from exchange_server.engine.previews import (
    Preview,
    ReplacePreview,
    preview_amend,
    preview_list,
    preview_place,
    preview_replace,
)
from exchange_server.engine.replacing import cancel_replace
from exchange_server.engine.state import State
from exchange_server.engine.types import (
    MARKET_AUCTION,
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Sequence,
    Ticks,
    TimeNs,
)


class Engine(LiveState):
    """One shard's state and everything that can happen to it.

    Its dicts and entities may be read at any time between commands, and never be changed from outside.
    """

    __slots__ = ()

    def __init__(self, shard_id: int = 0) -> None:
        super().__init__(shard_id)

    # ------------------------------------------------------------ commands

    def apply(self, sequence: Sequence, time_ns: TimeNs, command: Command) -> list[Event]:
        """Execute a command and return its events, the outcome first; a refused one has exactly `Rejected`.

        Raises ValueError when `sequence` is not the next one; anything else that is raised is a bug.
        """
        if sequence != self.sequence + 1:
            raise ValueError(f"sequence {sequence} does not follow {self.sequence}")
        self.sequence = sequence
        self.time_ns = time_ns
        # The frequent ones first, without a call in between.
        if isinstance(command, PlaceOrder):
            return place(self, command, False)
        if isinstance(command, CancelOrder):
            return cancel(self, command, False)
        return self._execute(command, time_ns, False)

    def check(self, command: Command, time_ns: TimeNs) -> Rejected | None:
        """Return what `apply` would refuse the command with now, or None; change nothing."""
        now_ns, self.time_ns = self.time_ns, time_ns
        try:
            if isinstance(command, PlaceOrder):
                events = place(self, command, True)
            elif isinstance(command, CancelOrder):
                events = cancel(self, command, True)
            else:
                events = self._execute(command, time_ns, True)
        finally:
            self.time_ns = now_ns
        if not events:
            return None
        outcome = events[0]
        assert isinstance(outcome, Rejected)
        return outcome

    def _execute(self, command: Command, time_ns: TimeNs, validate_only: bool) -> list[Event]:
        if isinstance(command, AmendOrder):
            return amend(self, command, validate_only)
        if isinstance(command, CancelReplaceOrder):
            return cancel_replace(self, command, validate_only)
        if isinstance(command, PlaceOcoOrder):
            return place_oco(self, command, validate_only)
        if isinstance(command, PlaceBracketOrder):
            return place_bracket(self, command, validate_only)
        if isinstance(command, BatchOrders):
            return batch_orders(self, command, validate_only)
        if isinstance(command, CancelAllOrders):
            return cancel_all(self, command, validate_only)
        if isinstance(command, ExpireOrders):
            return expire_orders(self, time_ns, validate_only)
        if isinstance(command, SetCancelAllAfter):
            return set_cancel_all_after(self, command, time_ns, validate_only)
        if isinstance(command, RunCancelAllAfter):
            return run_cancel_all_after(self, command, time_ns, validate_only)
        if isinstance(command, CancelSessionOrders):
            return cancel_session_orders(self, command, validate_only)
        if isinstance(command, SetMarketProtection):
            return set_market_protection(self, command, validate_only)
        if isinstance(command, SetTradeGroup):
            return set_trade_group(self, command, validate_only)
        if isinstance(command, Credit):
            return credit(self, command, validate_only)
        if isinstance(command, CreateAccount):
            return create_account(self, command, validate_only)
        if isinstance(command, CreateApiKey):
            return create_api_key(self, command, time_ns, validate_only)
        if isinstance(command, RevokeApiKey):
            return revoke_api_key(self, command, validate_only)
        if isinstance(command, SetMarketStatus):
            return set_market_status(self, command, validate_only)
        if isinstance(command, CreateMarket):
            return create_market(self, command, validate_only)
        if isinstance(command, CreateAsset):
            return create_asset(self, command, validate_only)
        raise TypeError(f"not a command: {type(command).__name__}")

    # ------------------------------------------------------------ queries

    def next_expiry_ns(self) -> TimeNs:
        """Return when the next open order expires; 0 when none does."""
        return expiring.next_expiry_ns(self)

    def next_switch(self) -> RunCancelAllAfter | None:
        """Return the command of the dead-man's switch that acts first; None when none is armed."""
        due = self.switches.first()
        return None if due is None else RunCancelAllAfter(due[1], due[0])

    def sessions(self) -> list[CancelSessionOrders]:
        """Return what cancels the orders of every order entry stream that still has open ones."""
        return expiring.sessions(self)

    def preview(self, command: PlaceOrder | AmendOrder, time_ns: TimeNs) -> Preview | Rejected:
        """Return what an order would do if it were the next command, or what it would be refused with.

        A place whose client order id is known is no new order: not for such ones, here and in the other previews.
        """
        now_ns, self.time_ns = self.time_ns, time_ns
        try:
            return preview_place(self, command) if isinstance(command, PlaceOrder) else preview_amend(self, command)
        finally:
            self.time_ns = now_ns

    def preview_replace(self, command: CancelReplaceOrder, time_ns: TimeNs) -> ReplacePreview | Rejected:
        """Return what would come of both parts, or what the whole would be refused with."""
        now_ns, self.time_ns = self.time_ns, time_ns
        try:
            return preview_replace(self, command)
        finally:
            self.time_ns = now_ns

    def preview_list(self, command: PlaceOcoOrder | PlaceBracketOrder, time_ns: TimeNs) -> list[Preview] | Rejected:
        """Return what would become of each order of a list, by age, or what it would be refused with."""
        now_ns, self.time_ns = self.time_ns, time_ns
        try:
            return preview_list(self, command)
        finally:
            self.time_ns = now_ns

    def known_list(self, command: PlaceOcoOrder | PlaceBracketOrder) -> list[Event]:
        """Return the orders of a list whose client order ids are known, as they are; nothing for a new list."""
        return repeated(self, command)

    def balances(self, account_id: AccountId) -> list[tuple[AssetId, Atoms, Atoms]]:
        """Return asset, available and reserved atoms of every asset that the account ever held, by asset id."""
        account = self.accounts.get(account_id)
        if account is None:
            return []
        balances = account.balances
        return [
            (asset_id, Atoms(balances[asset_id].available_atoms), Atoms(balances[asset_id].reserved_atoms))
            for asset_id in sorted(balances)
        ]

    def find_order(self, account_id: AccountId, order_id: OrderId, client_order_id: str) -> Order | None:
        """Return an account's order by id, or by client order id when `order_id` is 0: open, or closed of late."""
        account = self.accounts.get(account_id)
        if account is None:
            return None
        if order_id:
            return account.order(order_id)
        return account.client_orders.get(client_order_id)

    def open_orders(self, account_id: AccountId, market_id: MarketId = MarketId(0)) -> Iterator[Order]:  # noqa: B008
        """Iterate over an account's open orders, oldest first; `market_id` 0 is all. Not across commands."""
        account = self.accounts.get(account_id)
        if account is None:
            return
        for order in account.open_orders.values():
            if market_id in (0, order.market.market_id):
                yield order

    def levels(self, market_id: MarketId, side: int, limit: int = 0) -> list[tuple[Ticks, Lots]]:
        """Return prices with their total open quantity, best first, at most `limit` of them; 0 is all."""
        book = self.books[market_id]
        levels: list[tuple[Ticks, Lots]] = []
        for level in book.own(side).best_first():
            levels.append((level.price_ticks, level.total_lots))
            if len(levels) == limit:
                break
        return levels

    def indication(self, market_id: MarketId) -> Indication | None:
        """Return what an auction would do now; None outside of one, and when nothing would trade."""
        book = self.books[market_id]
        return indication(book) if book.market.status == MARKET_AUCTION else None

    # ------------------------------------------------------------ state

    def dump(self) -> State:
        """Write the whole state as plain rows."""
        return dump(self)

    def view(self) -> State:
        """Show the whole state as plain rows that are made as they are read; it holds until the next command."""
        return view(self)

    @classmethod
    def load(cls, state: State, shard_id: int = 0) -> "Engine":
        """Build an engine that is in a dumped state."""
        engine = cls(shard_id)
        load(engine, state)
        return engine

    def state_hash(self) -> bytes:
        """Return BLAKE2b-256 over the canonical rows of the whole state, 32 bytes."""
        return view(self).hash()
