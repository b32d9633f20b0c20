"""Structured logs: one JSON object a line for machines, or a plain line for people."""

import json
import logging
import sys
import time
from typing import Final, Literal

LogFormat = Literal["json", "text"]

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Writes a record with its time (UTC, ISO 8601), level, logger, message, extras and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        entry: dict[str, object] = {
            "time": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """Writes a line for people: time, level, logger, message, extras as key=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        extras = "".join(f" {key}={value}" for key, value in vars(record).items() if key not in _STANDARD)
        return super().formatMessage(record) + extras


def configure_logging(level: str, log_format: LogFormat) -> None:
    """Send all logs to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("grpc._cython.cygrpc").addFilter(_is_not_of_a_client_that_left)
    # It tells of each of its plugins.
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)


def _is_not_of_a_client_that_left(record: logging.LogRecord) -> bool:
    """Pass over what gRPC says, as an error with its traceback, of an answer that nobody waits for any more."""
    return not record.getMessage().startswith("ExecuteBatchError raised in core")
