"""Measure the exchange and print every figure beside its target.

`make bench` runs all groups; `make bench ARGS="engine journal"` some. Ratios are measured side by side in one run,
because machines are shared and noisy. The table also goes to `bench/results/latest.json`:
`{figure: {value, target, unit}}`.
"""

import argparse
import importlib
import json
import platform
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure

GROUPS = ("engine", "journal", "projection", "clickhouse", "databases_killed", "feeds", "fanout", "api")
"""Modules of this package; each has `run() -> list[Figure]`."""

RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> int:
    """Run the groups named on the command line, all by default; exit 1 when a figure missed its target."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all when none is named")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    arguments = parser.parse_args()
    unknown = set(arguments.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")

    console = Console(width=None if sys.stdout.isatty() else 120)
    figures: list[Figure] = []
    for group in arguments.groups or GROUPS:
        started = time.monotonic()
        console.print(f"measuring {group} …", style="dim")
        measured = importlib.import_module(f"bench.{group}").run()
        _write(measured)
        figures += measured
        console.print(f"  {time.monotonic() - started:.0f} s", style="dim")
    if not arguments.groups:
        _write(figures, anew=True)  # and nothing that is not measured any more

    console.print(_table(figures))
    return 1 if arguments.strict and any(missed(figure) for figure in figures) else 0


def missed(figure: Figure) -> bool | None:
    """Tell whether a figure does not reach its target; None when it was skipped or has none."""
    if figure.value is None or figure.target is None:
        return None
    return figure.value > figure.target if figure.at_most else figure.value < figure.target


def _table(figures: list[Figure]) -> Table:
    table = Table(title=f"{platform.python_implementation()} {platform.python_version()}", title_justify="left")
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("target", justify="right")
    table.add_column("unit")
    table.add_column("")
    for figure in figures:
        value = "skipped" if figure.value is None else _number(figure.value)
        target = "" if figure.target is None else f"{'≤' if figure.at_most else '≥'} {_number(figure.target)}"
        verdict = {None: "", True: "missed", False: "ok"}[missed(figure)]
        table.add_row(figure.name, value, target, figure.unit, verdict)
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _write(figures: list[Figure], anew: bool = False) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() and not anew else {}
    known |= {f.name: {"value": f.value, "target": f.target, "unit": f.unit} for f in figures}
    RESULTS.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
