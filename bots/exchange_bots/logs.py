"""Structured logs: one JSON object a line, with the time, what happened, and to which bot."""

import json
import logging
import sys
from datetime import UTC, datetime

LOGGER = logging.getLogger("exchange_bots")
FIELDS = "fields"


class BotLog:
    """The log of one bot: events by name, with whatever belongs to them."""

    def __init__(self, bot: str) -> None:
        self._bot = bot

    def info(self, event: str, **fields: object) -> None:
        """Log what is as it should be."""
        LOGGER.info(event, extra={FIELDS: {"bot": self._bot, **fields}})

    def warning(self, event: str, **fields: object) -> None:
        """Log what somebody may want to know of."""
        LOGGER.warning(event, extra={FIELDS: {"bot": self._bot, **fields}})

    def error(self, event: str, *, trace: bool = False, **fields: object) -> None:
        """Log what is wrong; `trace`: with the traceback of the exception that is handled now."""
        LOGGER.error(event, extra={FIELDS: {"bot": self._bot, **fields}}, exc_info=trace)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, FIELDS, {"logger": record.name}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_to_stderr() -> None:
    """Write every log of this process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # It tells of every connection.
    logging.getLogger("websockets").setLevel(logging.WARNING)
