"""Where a command calls, as whom, and how it prints: options, environment, and what `exchange dev` left."""

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange_sdk import AsyncClient, Client

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_PROFILE = "alice"
ADMIN_PROFILE = "admin"
CREDENTIALS_FILE = "credentials.json"
ATTEMPTS = 6
"""Of one call: some two seconds, in which a core that died is back, and a person does not lose patience."""


class CommandError(Exception):
    """What a person can put right: printed as one line, exit code 1."""


class UsageError(CommandError):
    """The command line itself is wrong: exit code 2."""


class Output(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


def default_data_dir() -> Path:
    """Return where `exchange dev` keeps its data unless told otherwise."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("exchange", appauthor=False))


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `exchange dev` wrote: the address it serves and an API key a profile."""

    address: str
    api_keys: dict[str, str]

    @classmethod
    def load(cls, path: Path) -> "Credentials | None":
        """Read a credentials file; None when there is none. Raises CommandError when it cannot be understood."""
        try:
            document = json.loads(path.read_text())
            profiles = document["profiles"]
            return cls(document["address"], {name: profile["api_key"] for name, profile in profiles.items()})
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(f"{path}: not a credentials file of exchange dev") from error


@dataclass(frozen=True, slots=True)
class Session:
    """Options common to all commands; what is unset falls back to the credentials file, then to a default."""

    address: str | None = None
    api_key: str | None = None
    profile: str | None = None
    data_dir: Path | None = None
    output: Output | None = None
    default_profile: str = DEFAULT_PROFILE

    def override(
        self,
        *,
        address: str | None = None,
        api_key: str | None = None,
        profile: str | None = None,
        data_dir: Path | None = None,
        output: Output | None = None,
    ) -> "Session":
        """Return a session in which options given closer to the command win."""
        return replace(
            self,
            address=address or self.address,
            # A profile named later replaces a key named earlier, and the other way round.
            api_key=api_key or (None if profile else self.api_key),
            profile=profile or (None if api_key else self.profile),
            data_dir=data_dir or self.data_dir,
            output=output or self.output,
        )

    @property
    def json(self) -> bool:
        """Whether to print JSON: asked for, or nobody looks at the terminal."""
        if self.output is not None:
            return self.output is Output.JSON
        return not sys.stdout.isatty()

    @property
    def directory(self) -> Path:
        """The data directory of `exchange dev`."""
        return self.data_dir or default_data_dir()

    def credentials(self) -> Credentials | None:
        """Return what `exchange dev` left in the data directory, if anything."""
        return Credentials.load(self.directory / CREDENTIALS_FILE)

    def resolve_address(self) -> str:
        """Return the address to call: option, environment, credentials file, default."""
        if self.address is not None:
            return self.address
        credentials = self.credentials()
        return DEFAULT_ADDRESS if credentials is None else credentials.address

    def resolve_api_key(self) -> str | None:
        """Return the key to call with: option or environment, else the profile's. CommandError if it has none."""
        if self.api_key is not None:
            return self.api_key
        credentials = self.credentials()
        if credentials is None:
            if self.profile is None:
                return None
            raise CommandError(f"--as {self.profile}: no {self.directory / CREDENTIALS_FILE}; is exchange dev running?")
        name = self.profile or self.default_profile
        if name not in credentials.api_keys:
            known = ", ".join(sorted(credentials.api_keys))
            raise CommandError(f"--as {name}: no such profile in {self.directory / CREDENTIALS_FILE}; it has {known}")
        return credentials.api_keys[name]

    def require_api_key(self) -> str:
        """Return the key to call with. Raises CommandError when there is none."""
        api_key = self.resolve_api_key()
        if api_key is None:
            raise CommandError(
                "no API key: give --api-key, set EXCHANGE_API_KEY, or start exchange dev "
                f"(one that keeps its data elsewhere than in {self.directory} is found by --data-dir, "
                "or EXCHANGE_DATA_DIR)"
            )
        return api_key

    @contextmanager
    def client(self, *, public: bool = False) -> "Iterator[Client]":
        """Connect; `public` calls need no key, but use one when there is."""
        from exchange_sdk import Client, RetryPolicy

        api_key = self.resolve_api_key() if public else self.require_api_key()
        try:
            retry = RetryPolicy(max_attempts=ATTEMPTS)
            client = Client(self.resolve_address(), api_key=api_key or "", retry=retry)
        except ValueError as error:
            raise CommandError(str(error)) from error
        with client:
            yield client

    @asynccontextmanager
    async def async_client(self, *, public: bool = False) -> "AsyncIterator[AsyncClient]":
        """Connect as `client` does, for commands that wait for several things at once."""
        from exchange_sdk import AsyncClient

        api_key = self.resolve_api_key() if public else self.require_api_key()
        try:
            client = AsyncClient(self.resolve_address(), api_key=api_key or "")
        except ValueError as error:
            raise CommandError(str(error)) from error
        async with client:
            yield client


def private_file(path: Path, text: str) -> None:
    """Write a file that only its owner may read, atomically."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
