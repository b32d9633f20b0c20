"""`exchange journal …`: prove, measure and print the command log. Works on the files; no server is needed."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from exchange_server.cli.commands import client_command, group
from exchange_server.cli.output import Column, console, print_json, print_json_line, table
from exchange_server.cli.session import CommandError, Session

app = group("The command log on disk: prove it, measure it, print it. No server is needed, but one may run.")

Directory = Annotated[
    Path | None, typer.Argument(help="The shard's directory.  [default: that of exchange dev, or --data-dir]")
]


class SegmentRow(NamedTuple):
    """A segment, as the table shows it."""

    name: str
    first_sequence: int
    last_sequence: int
    record_bytes: int
    file_bytes: int
    chain: str


SEGMENT_COLUMNS = (
    Column("segment", "name"),
    Column("first", "first_sequence", right=True),
    Column("last", "last_sequence", right=True),
    Column("bytes of records", "record_bytes", right=True),
    Column("bytes of file", "file_bytes", right=True),
    Column("chain before", "chain"),
)


@client_command(app, "verify")
def verify(session: Session, directory: Directory = None) -> None:
    """Prove the whole log: every checksum, no gap, the hash chain through every segment, every snapshot's hash."""
    from exchange_server.journal import audit

    found = audit.verify(_directory(session, directory))
    if session.json:
        print_json({**found._asdict(), "sound": found.sound, "seconds": f"{found.seconds:.3f}"})
    else:
        for warning in found.warnings:
            print(f"warning: {warning}")
        if found.sound:
            records = found.last_sequence - found.first_sequence + 1 if found.segments else 0
            print(f"sound: {records:,} records in {len(found.segments)} segments, {len(found.snapshots)} snapshots")
            print(f"chain: {found.chain.hex()}" + ("" if found.from_genesis else "  (older segments were deleted)"))
    if not found.sound:
        raise CommandError("; ".join(found.problems))


@client_command(app, "stat")
def stat(session: Session, directory: Directory = None) -> None:
    """Show what is there: segments, snapshots, followers, how far it is durable."""
    from exchange_server.journal import JournalError, audit

    try:
        found = audit.stat(_directory(session, directory))
    except JournalError as error:
        raise CommandError(str(error)) from error
    if session.json:
        print_json(found)
        return
    rows = [SegmentRow(each.path.name, *each[1:5], chain=each.chain.hex()[:16] + "…") for each in found.segments]
    console().print(table(rows, SEGMENT_COLUMNS))
    print(f"durable up to   {found.mark.sequence if found.mark is not None else 'unknown'}")
    for snapshot in found.snapshots:
        print(f"snapshot at     {snapshot.sequence}  {snapshot.problem or snapshot.state_hash.hex()[:16] + '…'}")
    for follower in found.followers:
        print(f"follower        {follower}")
    for name in found.quarantined:
        print(f"quarantined     {name}")


@client_command(app, "dump")
def dump(
    session: Session,
    directory: Directory = None,
    first: Annotated[int, typer.Option("--from", min=1, help="First sequence.")] = 1,
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="Last sequence.  [default: all that is durable]")
    ] = None,
) -> None:
    """Print commands in their order, as JSON lines: numbers as the engine has them (ticks, lots, atoms)."""
    from exchange_server.journal import JournalError, audit
    from exchange_server.journal.reader import EVERYTHING

    try:
        for record in audit.dump(_directory(session, directory), first, EVERYTHING if last is None else last):
            print_json_line(record)
    except JournalError as error:
        raise CommandError(str(error)) from error


def _directory(session: Session, directory: Path | None) -> Path:
    chosen = directory or session.directory
    if not (chosen / "journal").is_dir():
        raise CommandError(f"{chosen}: no journal there")
    return chosen
