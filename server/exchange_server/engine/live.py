"""Everything that commands change: the engine's state as it lives, indexed for the work."""

from typing import Final

from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.deadlines import Expiries, Switches
from exchange_server.engine.entities import ApiKey, Asset, Market
from exchange_server.engine.types import (
    FEE_ACCOUNT,
    FIRST_CLIENT_ACCOUNT,
    ISSUANCE_ACCOUNT,
    AccountId,
    AssetId,
    MarketId,
    OrderId,
    Sequence,
    TimeNs,
)
from exchange_server.engine.undo import Undo

DIGEST_MASK: Final = (1 << 62) - 1
DIGEST_MULTIPLIER: Final = 0x9E3779B1

SHARD_BITS: Final = 48
"""An order id is the shard above this many bits of the sequence of its command and the number of further orders (an OCO
makes two) that commands have made before it."""


class LiveState:
    """Assets, markets, books, accounts and keys, as of `sequence`.

    `event_digest` is a rolling checksum of what happened since genesis, for telling two engines apart cheaply.
    """

    __slots__ = (
        "accounts",
        "accounts_by_name",
        "api_keys",
        "api_keys_by_account",
        "api_keys_by_hash",
        "assets",
        "assets_by_name",
        "books",
        "event_digest",
        "expiries",
        "first_order_id",
        "join_sequence",
        "joins",
        "markets",
        "markets_by_name",
        "next_account_id",
        "order_lists",
        "pegged_books",
        "sequence",
        "shard_id",
        "switches",
        "time_ns",
        "trade_groups",
        "undo",
    )

    def __init__(self, shard_id: int) -> None:
        self.shard_id: Final = shard_id
        self.first_order_id: OrderId = OrderId(shard_id << SHARD_BITS)
        """Added to a sequence it gives the id of the command's first order."""
        self.order_lists: dict[OrderId, tuple[OrderId, ...]] = {}
        """The orders of each list (OCO, bracket) of which any is open, by the list's id, by age."""
        self.sequence = Sequence(0)
        self.time_ns = TimeNs(0)
        self.event_digest = 0
        self.assets: dict[AssetId, Asset] = {}
        self.assets_by_name: dict[str, Asset] = {}
        self.markets: dict[MarketId, Market] = {}
        self.markets_by_name: dict[str, Market] = {}
        self.books: dict[MarketId, Book] = {}
        self.accounts: dict[AccountId, Account] = {}
        self.accounts_by_name: dict[str, Account] = {}
        self.next_account_id: AccountId = FIRST_CLIENT_ACCOUNT
        self.api_keys: dict[str, ApiKey] = {}
        self.api_keys_by_account: dict[AccountId, list[ApiKey]] = {}
        """Those of each account that has any, revoked ones included: as they were made, or by id since a snapshot."""
        self.api_keys_by_hash: dict[bytes, ApiKey] = {}
        self.trade_groups: dict[AccountId, int] = {}
        """The accounts that are in a group."""
        self.pegged_books: Final[dict[MarketId, Book]] = {}
        """Books that open pegged orders follow."""
        self.join_sequence: Sequence = Sequence(0)
        self.joins: int = 0
        """How often special orders came to the back of a level in the command `join_sequence`."""
        self.undo: Final = Undo(self.accounts, self.order_lists, self.pegged_books)
        """Records while a batch is executed that happens wholly or not at all."""
        self.expiries: Expiries = Expiries(self.undo)
        self.switches: Switches = Switches()
        self.add_account(Account(ISSUANCE_ACCOUNT, "issuance", TimeNs(0)))
        self.add_account(Account(FEE_ACCOUNT, "fees", TimeNs(0)))

    @property
    def extra_orders(self) -> int:
        """How many orders commands have made beyond one each."""
        return self.first_order_id - (self.shard_id << SHARD_BITS)

    def same_owner(self, one: AccountId, other: AccountId) -> bool:
        """Tell whether two accounts count as one owner for self-trade prevention."""
        if one == other:
            return True
        group = self.trade_groups.get(one)
        return group is not None and group == self.trade_groups.get(other)

    def add_asset(self, asset: Asset) -> None:
        """Make an asset known by id and name."""
        self.assets[asset.asset_id] = asset
        self.assets_by_name[asset.name] = asset

    def add_market(self, market: Market) -> None:
        """Make a market known by id and name, with an empty book."""
        self.markets[market.market_id] = market
        self.markets_by_name[market.name] = market
        self.books[market.market_id] = Book(market, self.undo)

    def add_account(self, account: Account) -> None:
        """Make an account known by id and name."""
        account.undo = self.undo
        self.accounts[account.account_id] = account
        self.accounts_by_name[account.name] = account

    def add_api_key(self, api_key: ApiKey) -> None:
        """Make an API key known by id, account and hash."""
        self.api_keys[api_key.key_id] = api_key
        self.api_keys_by_account.setdefault(api_key.account_id, []).append(api_key)
        self.api_keys_by_hash[api_key.secret_hash] = api_key

    def digest(self, a: int, b: int, c: int) -> None:
        """Fold what one event did into `event_digest`."""
        self.event_digest = ((self.event_digest ^ a) * DIGEST_MULTIPLIER + b * 31 + c) & DIGEST_MASK
