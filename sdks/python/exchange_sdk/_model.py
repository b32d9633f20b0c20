"""What all models share: a repr for people, and times."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(time_ns: int) -> datetime:
    """Nanoseconds since 1970 as an aware datetime in UTC, rounded down to the microsecond."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


class Model:
    """A repr for people: numbers without wrapping, times as UTC, and nothing that is empty or as it is by default."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = []
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            if value is None or value in ((), "") or value == field.default or not field.repr:
                continue
            if field.name.endswith("time_ns"):
                shown.append(f"{field.name.removesuffix('_ns')}={_utc(value)}")
            else:
                shown.append(f"{field.name}={_plain(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return f"[{', '.join(map(_plain, value))}]"
    return repr(value)


def _utc(time_ns: int) -> str:
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
