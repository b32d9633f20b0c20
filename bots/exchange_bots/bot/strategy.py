"""A strategy: it sees a view, and says what it wants."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from exchange_bots.bot.config import BotConfig
from exchange_bots.bot.view import Decision, View

Config = TypeVar("Config", bound=BotConfig)


class Strategy(ABC, Generic[Config]):
    """Decides. It does no I/O, asks no clock and has no chance but a seeded one: the same views, the same decisions.

    What it remembers between views is its own.
    """

    needs_reference: ClassVar[bool] = True
    """Whether it decides nothing, and its quotes are canceled, while the reference is in doubt."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @abstractmethod
    def decide(self, view: View) -> Decision:
        """Return what should rest, and what should trade now."""

    def forget(self) -> None:
        """Forget what no longer holds after a pause, in which the quotes were canceled; measurements may stay."""
