"""Which engine runs: the one compiled from exactly these sources, or else the sources themselves.

`tools/compile_engine.py` puts shared objects beside the engine's modules, and an import prefers them, whatever the
sources say by then. So the build leaves a record of what it was made from, and unless that is what stands there now, a
finder keeps imports to the sources. The engine knows nothing of it. Contents are compared, not times: a checkout
changes times, and reading the sources takes a millisecond, once a process and only if it imports the engine.

`EXCHANGE_ENGINE` in the environment: `pure` forces the sources, `compiled` makes a build that cannot be used an error.
"""

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

VARIABLE: Final = "EXCHANGE_ENGINE"
ENGINE: Final = Path(__file__).parent / "engine"
RECORD: Final = ".compiled.json"
"""In the engine's folder; written last, so that there is none beside half a build."""

_PREFIX: Final = "exchange_server.engine."


class EngineNotAsWanted(ImportError):
    """The environment asks for an engine that there is not."""


class Variant(NamedTuple):
    """Whether the compiled modules are used, and if not, why."""

    compiled: bool
    reason: str

    def __str__(self) -> str:
        return "compiled" if self.compiled else f"pure Python ({self.reason})"


def install() -> None:
    """Keep imports of the engine's modules to the sources where the compiled ones are not theirs."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


@cache
def variant() -> Variant:
    """Return what this process uses; decided once. Raises what `choose` raises."""
    return choose(ENGINE, os.environ.get(VARIABLE, ""))


def choose(engine: Path, wanted: str) -> Variant:
    """Decide for an engine's folder and a value of the variable, empty for whatever is there.

    Raises EngineNotAsWanted if `compiled` is wanted and cannot be, and for an unknown value.
    """
    if wanted not in {"", "pure", "compiled"}:
        raise EngineNotAsWanted(f"{VARIABLE} is {wanted!r}; it may be 'pure' or 'compiled'")
    if wanted == "pure":
        return Variant(False, f"{VARIABLE}=pure")
    reason = why_unusable(engine)
    if reason is None:
        return Variant(True, "")
    if wanted == "compiled":
        raise EngineNotAsWanted(f"{VARIABLE}=compiled, but the engine is {reason}")
    return Variant(False, reason)


def why_unusable(engine: Path) -> str | None:
    """Return what is wrong with the build in a folder, in words that follow "it is"; None if it can be used."""
    try:
        record = json.loads((engine / RECORD).read_text("utf-8"))
        made_for, made_of, files = record["suffix"], record["sources"], record["files"]
    except FileNotFoundError:
        return "not compiled"
    except (OSError, ValueError, KeyError, TypeError):
        return "not compiled: its record cannot be read"
    if made_for != EXTENSION_SUFFIXES[0]:
        return "compiled for another Python"
    if not all((engine / file).is_file() for file in files):
        return "compiled incompletely"
    if made_of != digest_of(engine):
        return "changed since it was compiled"
    return None


def write_record(engine: Path, digest: str, files: Sequence[str]) -> None:
    """Record a finished build of sources with this digest; `files` are relative to the engine's folder."""
    temporary = engine / f"{RECORD}.{os.getpid()}"
    record = {"suffix": EXTENSION_SUFFIXES[0], "sources": digest, "files": list(files)}
    temporary.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    temporary.replace(engine / RECORD)


def sources(engine: Path) -> list[Path]:
    """Return the modules that are compiled; `__init__` stays as it is."""
    return sorted(path for path in engine.glob("*.py") if path.name != "__init__.py")


def digest_of(engine: Path) -> str:
    """Return a SHA-256 over the names and contents of the modules that are compiled."""
    digest = hashlib.sha256()
    for path in sources(engine):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


class _Finder(MetaPathFinder):
    """Finds the engine's modules as sources, unless the compiled ones are to be used."""

    def __init__(self) -> None:
        self._in_folder = FileFinder(str(ENGINE), (SourceFileLoader, SOURCE_SUFFIXES))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PREFIX) or variant().compiled:
            return None
        spec = self._in_folder.find_spec(fullname)
        if spec is None:
            # Left to the next finder, an old build of a module that is gone would do for it.
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return spec
