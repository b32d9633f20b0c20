"""A backtest as a page: result, inventory and price over time, as one HTML file without anything from elsewhere."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from exchange_bots.backtest import Report

WIDTH, HEIGHT, MARGIN = 960, 200, 8
COLORS = {"result": "#2563eb", "inventory": "#d97706", "mid": "#52525b"}
UNITS = {"result": "quote units", "inventory": "base units", "mid": "quote units"}


def write_page(report: Report, path: Path) -> None:
    """Write the page. Raises OSError."""
    charts = "".join(_chart(name, [float(getattr(sample, name)) for sample in report.samples]) for name in COLORS)
    rows = "".join(
        f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{escape(str(value))}</td></tr>"
        for name, value in report.document().items()
        if name != "counts"
    )
    path.write_text(
        "<!doctype html><meta charset=utf-8>"
        f"<title>{escape(report.bot)}</title>"
        "<style>body{font:14px system-ui;max-width:980px;margin:2em auto}th{text-align:left;padding-right:2em}"
        "svg{background:#fafafa;display:block}h2{font-size:1em}</style>"
        f"<h1>{escape(report.bot)}, {report.seconds:.0f} s</h1>{charts}<table>{rows}</table>",
        "utf-8",
    )


def _chart(name: str, values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    points = " ".join(
        f"{MARGIN + number * step:.1f},{HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN):.1f}"
        for number, value in enumerate(values)
    )
    return (
        f"<h2>{name} ({UNITS[name]}): {low:,.6g} to {high:,.6g}</h2>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline fill="none" stroke="{COLORS[name]}" stroke-width="1.5" points="{points}"/></svg>'
    )
