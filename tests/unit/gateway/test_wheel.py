"""An installed wheel has all that its gateway needs: it does not look for a checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

SERVER = Path(__file__).parents[3] / "server"
FILL = """
import sys
from exchange_server.gateway import template
from exchange_server.gateway.settings import GatewaySettings
assert template.__file__.startswith(sys.argv[1]), template.__file__
assert "exchange.v1.OrderService" in template.fill(GatewaySettings(_env_file=None))
"""


def test_a_wheel_fills_in_the_template_by_itself(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=SERVER, check=True, capture_output=True, timeout=60)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    environment = os.environ | {"PYTHONPATH": str(installed)}
    subprocess.run([sys.executable, "-c", FILL, str(installed)], cwd=tmp_path, env=environment, check=True, timeout=60)
