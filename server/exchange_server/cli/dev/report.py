"""What `exchange dev` says: plain lines, an address table for people, and a file for programs."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from exchange_server.cli.session import default_data_dir, private_file

WARNING = (
    "For development only, not for production: one machine, and accounts whose keys it gives to whoever asks here."
)


@dataclass(frozen=True, slots=True)
class Running:
    """What runs, when it is ready. Addresses and process ids by name."""

    addresses: Mapping[str, str]
    pids: Mapping[str, int]
    data_dir: Path
    credentials_file: Path
    logs: Path

    def document(self) -> dict[str, Any]:
        """Return what the ready file holds."""
        return {
            "addresses": dict(self.addresses),
            "pids": dict(self.pids),
            "data_dir": str(self.data_dir),
            "credentials_file": str(self.credentials_file),
            "logs": str(self.logs),
        }


def write_ready_file(path: Path, running: Running) -> None:
    """Write the ready file, atomically; only its owner may read it, as the database's password is in it."""
    private_file(path, json.dumps(running.document()) + "\n")


def say(line: str) -> None:
    """Print one line with the time, at once."""
    print(f"{datetime.now().astimezone():%H:%M:%S}  {line}", flush=True)


def announce(running: Running, *, headless: bool) -> None:
    """Tell where everything is."""
    rows = [*running.addresses.items(), ("credentials", str(running.credentials_file)), ("logs", str(running.logs))]
    if headless or not sys.stdout.isatty():
        for name, address in rows:
            say(f"{name}: {hide_password(address)}")
        say(WARNING)
        say("ready")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.ROUNDED, show_header=False, title="The exchange is running", title_justify="left")
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, address in rows:
        table.add_row(name, hide_password(address))
    console = Console(highlight=False)
    console.print()
    console.print(table)
    console.print(f"[yellow]{WARNING}[/yellow]")
    where = "" if running.data_dir == default_data_dir() else f"--data-dir {running.data_dir} "
    console.print(f"Try [bold]exchange {where}book BTC-USDC -w[/bold] in another terminal. Ctrl-C stops everything.\n")


def show_page(address: str, *, headless: bool) -> None:
    """Tell the one address to open: the last line, where it is found."""
    if headless or not sys.stdout.isatty():
        say(f"open {address}")
        return
    from rich.console import Console

    Console(highlight=False).print(f"\nOpen [bold link={address}]{address}[/bold link] in a browser.\n")


def hide_password(address: str) -> str:
    """Return a URL without the password in it."""
    scheme, mark, rest = address.partition("://")
    userinfo, at, host = rest.rpartition("@")
    if not mark or not at:
        return address
    return f"{scheme}://{userinfo.partition(':')[0]}@{host}"
