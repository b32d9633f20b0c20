"""Put the generated code into the wheel; an editable install reaches it through `dev-mode-dirs` instead."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GeneratedCode(BuildHookInterface[Any]):
    """Adds gen/python and its type marker to a wheel that is not editable."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map the generated folder to the wheel's root. Raises FileNotFoundError if it was never generated."""
        if version == "editable":
            return
        generated = Path(self.root, "../../gen/python").resolve(strict=True)
        build_data["force_include"][str(generated)] = "/"
        build_data["force_include"][str(Path(self.root, "py.typed"))] = "exchange/py.typed"
