"""Put the gateway's template and descriptors into the wheel; an editable install finds them in the checkout."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("gateway/envoy.yaml", "gen/descriptors/exchange.binpb")


class GatewayFiles(BuildHookInterface[Any]):
    """Adds what lies outside of the package to a wheel that is not editable."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map each file into `exchange_server/gateway`. Raises FileNotFoundError when one is missing."""
        if version == "editable":
            return
        for name in FILES:
            path = Path(self.root, "..", name).resolve(strict=True)
            build_data["force_include"][str(path)] = f"exchange_server/gateway/{path.name}"
