"""A collected list of the exchange's, and its way into data frames."""

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints, overload

from exchange_sdk._model import Model
from exchange_sdk._tables import html_table

if TYPE_CHECKING:
    import pandas
    import polars

Item = TypeVar("Item", bound=Model)

# What a data frame does not show: the way of an event, which no list tells.
_LEFT_OUT = {"hops"}
# Digits of a Decimal column, the most that there are.
_PRECISION = 38


class Rows(Sequence[Item]):
    """Models of one kind, in the order in which the exchange listed them; also a notebook's table and a data frame.

    A frame has a column for each field: decimals exact, or as floats with `floats=True`, where the last digits are
    lost; times as UTC to the nanosecond (`open_time`); enum members by name.
    """

    def __init__(self, kind: type[Item], items: Iterable[Item]) -> None:
        self._kind = kind
        self._items = tuple(items)

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> "Rows[Item]": ...

    def __getitem__(self, index: int | slice) -> "Item | Rows[Item]":
        if isinstance(index, slice):
            return Rows(self._kind, self._items[index])
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Rows):
            return self._items == other._items
        return list(self._items) == other if isinstance(other, list) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        name = self._kind.__name__
        if len(self) <= 4:
            return f"Rows[{name}]({list(self._items)!r})"
        first, last = self._items[:2], self._items[-2:]
        lines = [*map(repr, first), f"… {len(self) - 4} more", *map(repr, last)]
        return f"Rows[{name}] of {len(self)}:\n  " + "\n  ".join(lines)

    def _repr_html_(self) -> str:
        return html_table(self._items)

    def to_polars(self, *, floats: bool = False) -> "polars.DataFrame":
        """Return a polars frame; Decimal columns, or Float64 with `floats`. Needs the extra `exchange-sdk[polars]`."""
        pl: Any = _imported("polars")
        frame: polars.DataFrame = pl.DataFrame([self._polars_column(pl, *column, floats) for column in self._columns()])
        return frame

    def to_pandas(self, *, floats: bool = False) -> "pandas.DataFrame":
        """Return a pandas frame; Decimals as objects, or float64 with `floats`. Needs `exchange-sdk[pandas]`."""
        pd: Any = _imported("pandas")
        return pd.DataFrame({column[0]: self._pandas_column(pd, *column, floats) for column in self._columns()})

    def _columns(self) -> Iterable[tuple[str, bool, Any, list[Any]]]:
        """Name, whether it holds times, kind and values of each column. None may stand among decimals and texts."""
        kinds = get_type_hints(self._kind)
        for field in fields(self._kind):  # type: ignore[arg-type]  # every model is a dataclass
            if field.name not in _LEFT_OUT:
                values = [_plain(getattr(item, field.name)) for item in self._items]
                is_time = field.name.endswith("time_ns")
                yield field.name.removesuffix("_ns"), is_time, kinds[field.name], values

    @staticmethod
    def _polars_column(pl: Any, name: str, is_time: bool, kind: Any, values: list[Any], floats: bool) -> Any:
        if is_time:
            return pl.Series(name, values, dtype=pl.Int64).cast(pl.Datetime("ns", "UTC"))
        if kind in (Decimal, Decimal | None):
            if floats:
                return pl.Series(name, _floats(values), dtype=pl.Float64)
            return pl.Series(name, values, dtype=pl.Decimal(_PRECISION, _scale(values)))
        return pl.Series(name, values, dtype={int: pl.Int64, bool: pl.Boolean}.get(kind, pl.String))

    @staticmethod
    def _pandas_column(pd: Any, name: str, is_time: bool, kind: Any, values: list[Any], floats: bool) -> Any:
        if is_time:
            return pd.to_datetime(pd.Series(values, dtype="Int64" if None in values else "int64"), unit="ns", utc=True)
        if kind in (Decimal, Decimal | None):
            return pd.Series(_floats(values), dtype="float64") if floats else pd.Series(values, dtype=object)
        return pd.Series(values, dtype={int: "int64", bool: "bool"}.get(kind, object))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    return value if value is None or isinstance(value, Decimal | int | str) else str(value)


def _floats(values: list[Any]) -> list[float | None]:
    return [None if value is None else float(value) for value in values]


def _scale(values: list[Decimal | None]) -> int:
    """Return how many decimals a column needs."""
    return max((-int(value.as_tuple().exponent) for value in values if value is not None), default=0)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"this needs {name}: install exchange-sdk[{name}]") from error
