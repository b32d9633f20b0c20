"""`gateway/envoy.yaml`, filled in."""

import base64
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Final

from exchange_server.gateway.settings import GatewaySettings

_PACKAGE: Final = Path(__file__).parent
_CHECKOUT: Final = Path(__file__).parents[3]


class GatewayIncomplete(Exception):
    """A file of the gateway is missing, or what it needs is not installed; the message says what to do about it."""


def fill(settings: GatewaySettings, dev_folder: Path | None = None) -> str:
    """Return Envoy's settings. `dev_folder`: where `exchange dev` has dev-accounts.json. Raises GatewayIncomplete."""
    holds = {
        "tls": settings.tls,
        "dev": dev_folder is not None,
        "hsts": settings.tls and dev_folder is None,
        "linux": sys.platform == "linux",
    }
    text = "\n".join(_kept(_read("envoy.yaml", "gateway").decode().splitlines(), holds)) + "\n"
    return Template(text).substitute(
        LISTEN_HOST=settings.listen_host,
        LISTEN_PORT=settings.listen_port,
        GRPC_HOST=settings.grpc_host,
        GRPC_PORT=settings.grpc_port,
        ADMIN_PORT=settings.admin_port,
        HOSTS=json.dumps(settings.hosts),
        ORIGINS=settings.origin_pattern,
        # A folder that there is not: Envoy answers 404, and the template says why.
        PAGE=_quoted_folder(settings.page or Path("/nonexistent")),
        DESCRIPTORS=base64.b64encode(_read("exchange.binpb", "gen/descriptors")).decode("ascii"),
        MAX_CONNECTIONS=settings.max_connections,
        MAX_JSON_BYTES=settings.max_json_bytes,
        MAX_HEAP_BYTES=settings.max_heap_bytes,
        TLS_CERTIFICATE=_quoted(settings.tls_certificate or Path()),
        TLS_KEY=_quoted(settings.tls_key or Path()),
        DEV_FOLDER=_quoted_folder(dev_folder or Path("/nonexistent")),
    )


def _kept(lines: Iterable[str], holds: dict[str, bool]) -> Iterable[str]:
    """Iterate over the lines outside of blocks whose condition does not hold."""
    keep = True
    for line in lines:
        words = line.split()
        if words[:1] == ["#if"]:
            keep = holds[words[1]]
        elif words == ["#end"]:
            keep = True
        elif keep:
            yield line


def _read(name: str, folder: str) -> bytes:
    """Read a file that lies in the package, or in a checkout where it is made."""
    for path in (_PACKAGE / name, _CHECKOUT / folder / name):
        if path.is_file():
            return path.read_bytes()
    raise GatewayIncomplete(f"{_PACKAGE / name} is missing: the installation is not whole")


def _quoted(path: Path) -> str:
    """Return an absolute path as the inside of a string in double quotes."""
    return json.dumps(str(path.absolute()))[1:-1]


def _quoted_folder(path: Path) -> str:
    return _quoted(path).rstrip("/") + "/"
