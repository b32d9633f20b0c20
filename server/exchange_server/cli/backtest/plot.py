"""A backtest as a picture (PNG), or as a page (HTML, one file without anything from elsewhere): the same drawing.

Four charts over one time: the price with what the bot bought and sold, its result and what it is made of, what it held,
and how far it was below its best.
"""

import io
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exchange_bots.performance import OwnTrade, Report, drawdowns
from exchange_bots.play.actions import Side

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, FAINT = "#1f2937", "#6b7280", "#e5e7eb"
BOUGHT, SOLD = "#15803d", "#b91c1c"
RESULT, REALISED, UNREALISED, FEES = "#1d4ed8", "#0d9488", "#d97706", "#9333ea"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    # What SVG names its parts after, random otherwise.
    "svg.hashsalt": "backtest",
}
INCHES = (10.0, 9.0)
DOTS_AN_INCH = 100
COLORS = 128


class CannotPlot(Exception):
    """The file's suffix is not known, or what draws is not installed."""


def writer_of(path: Path) -> Callable[[Report, Path], None]:
    """Return what writes a report to such a file; it raises OSError. Raises CannotPlot."""
    writer = {".png": write_picture, ".html": write_page}.get(path.suffix)
    if writer is None:
        raise CannotPlot(f"{path}: must end in .png or .html")
    try:
        import matplotlib as _  # noqa: F401
    except ImportError as error:
        raise CannotPlot("needs matplotlib; pip install 'exchange-bots[plot]'") from error
    return writer


def write_picture(report: Report, path: Path) -> None:
    """Write a PNG. The same report gives the same bytes."""
    from PIL import Image

    drawn = io.BytesIO()
    _save(report, drawn, format="png", dpi=DOTS_AN_INCH)
    with Image.open(drawn) as image:
        # Few colours are enough for lines, and take a third of the space.
        image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, "png", optimize=True)


def write_page(report: Report, path: Path) -> None:
    """Write a page with the drawing and every figure of the report."""
    svg = io.StringIO()
    _save(report, svg, format="svg", metadata={"Date": None, "Creator": None})
    drawing = svg.getvalue()
    rows = "".join(
        f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{escape('-' if value is None else str(value))}</td></tr>"
        for name, value in _figures(report)
    )
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(report.bot)}: backtest</title>"
        f"<style>body{{font:14px system-ui;color:{INK};max-width:980px;margin:2em auto;padding:0 1em}}"
        "svg{width:100%;height:auto}th{text-align:left;font-weight:400;padding-right:2em}"
        "td{text-align:right;font-variant-numeric:tabular-nums}</style>"
        f"{drawing[drawing.index('<svg') :]}<table>{rows}</table></html>",
        "utf-8",
    )


def _figures(report: Report) -> list[tuple[str, Any]]:
    document = report.document()
    counts: dict[str, int] = document.pop("counts")
    return [*document.items(), *counts.items()]


def _save(report: Report, target: Any, **options: Any) -> None:
    import matplotlib

    with matplotlib.rc_context(STYLE):
        draw(report).savefig(target, **options)


def draw(report: Report) -> "Figure":
    """Return the drawing."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, layout="constrained")
    charts = figure.subplots(4, 1, sharex=True, height_ratios=[3, 2.4, 1.4, 1.2])
    began_ns = report.samples[0].time_ns
    minutes = [_minutes(sample.time_ns, began_ns) for sample in report.samples]
    _price(charts[0], report, minutes, began_ns)
    _profit(charts[1], report, minutes)
    _inventory(charts[2], report, minutes)
    _drawdown(charts[3], report, minutes)
    for chart in charts:
        chart.spines[["top", "right"]].set_visible(False)
        chart.margins(x=0.01)
        chart.ticklabel_format(axis="y", useOffset=False, style="plain")
    charts[-1].set_xlabel("minutes")
    document = report.document()
    figure.suptitle(
        f"{report.bot}    result {report.result:,.2f}   max drawdown {report.max_drawdown:,.2f}   "
        f"orders {report.orders:,}   fill ratio {'-' if report.fill_ratio is None else document['fill_ratio']}",
        x=0.01,
        ha="left",
        fontsize=11,
        fontweight="bold",
    )
    return figure


def _price(chart: "Axes", report: Report, minutes: Sequence[float], began_ns: int) -> None:
    chart.plot(
        minutes, [float(sample.mid) for sample in report.samples], color=INK, linewidth=0.9, label="middle price"
    )
    for side, marker, color, word in ((Side.BUY, "^", BOUGHT, "bought"), (Side.SELL, "v", SOLD, "sold")):
        trades = [trade for trade in report.trades if trade.side is side]
        chart.scatter(
            [_minutes(trade.time_ns, began_ns) for trade in trades],
            [float(trade.price) for trade in trades],
            s=_sizes(trades),
            marker=marker,
            color=color,
            alpha=0.65,
            linewidths=0,
            zorder=3,
            label=f"{word} ({len(trades):,})",
        )
    chart.set_ylabel("price, quote")
    _legend(chart)


def _profit(chart: "Axes", report: Report, minutes: Sequence[float]) -> None:
    lines = (
        ("realised", REALISED, 1.0, [float(sample.realised) for sample in report.samples]),
        ("unrealised", UNREALISED, 1.0, [float(sample.unrealised) for sample in report.samples]),
        ("fees, negative", FEES, 1.0, [-float(sample.fees) for sample in report.samples]),
        ("result", RESULT, 1.8, [float(sample.result) for sample in report.samples]),
    )
    chart.axhline(0, color=MUTED, linewidth=0.6)
    for label, color, width, values in lines:
        chart.plot(minutes, values, color=color, linewidth=width, label=label)
    chart.set_ylabel("profit, quote")
    _legend(chart)


def _inventory(chart: "Axes", report: Report, minutes: Sequence[float]) -> None:
    values = [float(sample.inventory) for sample in report.samples]
    chart.axhline(0, color=MUTED, linewidth=0.6)
    chart.fill_between(minutes, values, step="post", color=UNREALISED, alpha=0.25, linewidth=0)
    chart.step(minutes, values, where="post", color=UNREALISED, linewidth=1.0)
    chart.set_ylabel("inventory, base")


def _drawdown(chart: "Axes", report: Report, minutes: Sequence[float]) -> None:
    below = [-float(fall) for fall in drawdowns([sample.result for sample in report.samples])]
    chart.fill_between(minutes, below, color=SOLD, alpha=0.25, linewidth=0)
    chart.plot(minutes, below, color=SOLD, linewidth=1.0)
    chart.set_ylabel("drawdown, quote")


def _legend(chart: "Axes") -> None:
    chart.legend(loc="upper left", bbox_to_anchor=(0.0, 1.13), ncols=4, borderaxespad=0.0, handlelength=1.4)


def _sizes(trades: Sequence[OwnTrade]) -> list[float]:
    """Return areas that grow with the quantities, the largest by far not outshining the rest."""
    largest = max((trade.quantity for trade in trades), default=0)
    return [8.0 + 28.0 * float(trade.quantity / largest) for trade in trades]


def _minutes(time_ns: int, began_ns: int) -> float:
    return (time_ns - began_ns) / 60e9
