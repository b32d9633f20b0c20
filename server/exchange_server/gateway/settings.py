"""The gateway's settings: from the environment (`EXCHANGE_GATEWAY_…`) and `.env`; docs/gateway.md explains them."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")

_PREFIX: Final = "EXCHANGE_GATEWAY"

Port = Annotated[int, Field(ge=1, le=65_535)]
Names = Annotated[tuple[str, ...], NoDecode]
"""In the environment a list with commas."""

_HOST: Final = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_ADDRESS: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_ORIGIN: Final = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


class GatewaySettings(BaseSettings):
    """How one gateway runs. Faults are pydantic's ValidationError."""

    model_config = SettingsConfigDict(env_prefix=f"{_PREFIX}_", env_file=".env", extra="ignore", frozen=True)

    listen_host: Annotated[str, Field(pattern=r"^[0-9A-Fa-f.:]+$")] = "127.0.0.1"
    """An IP address; `0.0.0.0` and `::` are all of the machine's."""
    listen_port: Port = 8080
    grpc_address: str = "127.0.0.1:50051"
    """The exchange, host:port."""
    admin_port: Port = 9901
    """Statistics and Envoy's own page, on the loopback interface only."""

    hosts: Names = LOOPBACK_NAMES
    """The names under which it is called, without ports; `*.example.com` is all names below. Others are refused."""
    origins: Names = ()
    """Further origins whose pages may call it: `https://pages.example.com`. Pages of `hosts` may anyway."""

    page: Path | None = None
    """Folder of the built page; without it `/` says that there is none."""
    tls_certificate: Path | None = None
    """Certificate chain, PEM; with `tls_key` everything is TLS, and browsers speak HTTP/2."""
    tls_key: Path | None = None

    max_connections: Annotated[int, Field(ge=1)] = 10_000
    max_json_bytes: Annotated[int, Field(ge=1024, le=4 << 20)] = 1 << 20
    """Longest body of a JSON call; that of a gRPC call is EXCHANGE_MAX_MESSAGE_BYTES."""
    max_heap_bytes: Annotated[int, Field(ge=64 << 20)] = 1 << 30
    workers: Annotated[int, Field(ge=1)] = 1
    """Threads that carry traffic: one carries what one exchange process can answer."""
    drain_seconds: Annotated[float, Field(ge=0)] = 5
    """How long calls under way get when the gateway stops."""

    @field_validator("hosts", "origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not _HOST.fullmatch(host):
                raise ValueError(f"{host!r} is no host name; ports and schemes are left out, IPv6 is in brackets")
        if not value:
            raise ValueError("without a name nobody can call the gateway")
        return value

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin like https://pages.example.com:8443")
        return value

    @field_validator("grpc_address")
    @classmethod
    def _check_address(cls, value: str) -> str:
        match = _ADDRESS.fullmatch(value)
        if match is None or not 0 < int(match["port"]) < 1 << 16:
            raise ValueError(f"{value!r} is no host:port")
        return value

    @model_validator(mode="after")
    def _check_tls(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("a certificate and its key are given together")
        return self

    @property
    def tls(self) -> bool:
        """Whether everything is TLS."""
        return self.tls_certificate is not None

    @property
    def grpc_host(self) -> str:
        """The exchange's host, as Envoy wants it: without brackets."""
        return self.grpc_address.rpartition(":")[0].strip("[]")

    @property
    def grpc_port(self) -> int:
        """The exchange's port."""
        return int(self.grpc_address.rpartition(":")[2])

    @property
    def origin_pattern(self) -> str:
        """Return a regular expression that matches, as a whole, the origins whose pages may call.

        A page of the same host may, on whatever port; with TLS only if it came by TLS itself.
        """
        schemes = "https" if self.tls else "https?"
        names = "|".join(_host_pattern(host) for host in self.hosts)
        own = rf"{schemes}://({names})(:[0-9]+)?"
        return "|".join([own, *(re.escape(origin) for origin in self.origins)])


def load_settings(**given: Any) -> GatewaySettings:
    """Read the settings; those that are `given` count first. Raises ValueError that names each variable at fault."""
    try:
        return GatewaySettings(**given)
    except ValidationError as error:
        faults = (f"{'_'.join((_PREFIX, *map(str, fault['loc']))).upper()}: {fault['msg']}" for fault in error.errors())
        raise ValueError("; ".join(faults)) from error


def _host_pattern(host: str) -> str:
    if host.startswith("*."):
        return r"[A-Za-z0-9.-]+\." + re.escape(host[2:])
    return re.escape(host)
