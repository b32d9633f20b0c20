"""Typed settings: from the environment (`EXCHANGE_…`) and `.env`; see `docs/` for what a production server sets."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How one server process runs."""

    model_config = SettingsConfigDict(env_prefix="EXCHANGE_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    """Where the journal and snapshots are; made when it is missing."""
    admin_key_file: Path | None = None
    """Where the first start writes the operator's API key; `admin.key` in `data_dir` by default."""

    grpc_host: str = "127.0.0.1"
    grpc_port: Annotated[int, Field(ge=0, le=65_535)] = 50_051
    """0 takes a free one."""
    max_concurrent_streams: Annotated[int, Field(gt=0)] = 256
    """Calls under way at once on one connection."""
    max_message_bytes: Annotated[int, Field(gt=0)] = 4 << 20
    """Largest request."""
    keepalive_seconds: Annotated[float, Field(gt=0)] = 30
    keepalive_timeout_seconds: Annotated[float, Field(gt=0)] = 10
    heartbeat_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    """How long a stream may be quiet. The gateway ends what has been still for two minutes."""
    stalled_stream_seconds: Annotated[float, Field(gt=0)] = 30
    """How long a stream's reader may take no message at all; then the stream ends with RESOURCE_EXHAUSTED."""
    shutdown_seconds: Annotated[float, Field(ge=0)] = 3
    """How long calls under way get when the server stops."""

    queue_limit: Annotated[int, Field(gt=0)] = 8_192
    """Commands that may wait for the sequencer; more are refused with RESOURCE_EXHAUSTED."""
    segment_bytes: Annotated[int, Field(ge=1 << 20)] = 64 << 20
    """Size of a journal file."""

    postgres_url: SecretStr | None = None
    """The history; without it ListOrders (closed orders), ListFills and ListLedgerEntries are UNAVAILABLE."""
    clickhouse_url: SecretStr | None = None
    """The market history, http://user:password@host:8123/database; without it ListTrades and ListCandles know only the
    latest trades, and tickers what was traded since the start."""

    ready_file: Path | None = None
    """Where a start writes the address that it serves, as JSON, once it does; unset is nowhere."""

    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where Prometheus asks; unset is nowhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "text"

    @property
    def admin_key_path(self) -> Path:
        """Return where the operator's API key is written."""
        return self.admin_key_file or self.data_dir / "admin.key"
