"""Carry a Dockerfile out without Docker: its instructions in their order, with a folder a stage in the place of `/`.

Each RUN is the file's own line. Absolute paths of ours (WORKDIR, /opt, /srv, /var/lib/exchange) are moved below the
stage's folder; `python` is the interpreter of the test. Users, ports and entry points are read, not carried out.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

OURS = re.compile(r"(?<![\w./$}])/(?=(?:build|opt|srv|var/lib/exchange)\b)")
IGNORED = shutil.ignore_patterns("node_modules", "dist", "__pycache__", "*.so", ".compiled.json", ".env")


@dataclass
class Stage:
    """What stands at the end of a stage."""

    root: Path
    base: str
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """The last USER, ENTRYPOINT, CMD, … as they are written."""


def instructions(path: Path) -> list[tuple[str, str]]:
    """Return the instructions in order, continuation lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    joined = re.sub(r"\\\n", "", text)
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def build(path: Path, context: Path, folder: Path, arguments: dict[str, str]) -> Stage:
    """Carry the file out below `folder`; return its last stage. Raises AssertionError with the words of what failed."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for word, rest in instructions(path):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stage = Stage(folder / (name or "last"), base)
            stage.root.mkdir(parents=True)
            stages[name] = stage
            continue
        assert stage is not None
        match word:
            case "WORKDIR":
                stage.folder = rest
                _inside(stage, rest).mkdir(parents=True, exist_ok=True)
            case "COPY":
                _copy(stage, rest, stages, context)
            case "ARG":
                name, _, default = rest.partition("=")
                stage.environment[name] = arguments.get(name, default)
            case "RUN":
                _run(stage, rest, folder)
            case _:
                stage.settings[word] = rest
    assert stage is not None
    return stage


def _inside(stage: Stage, path: str) -> Path:
    return stage.root / os.path.join(stage.folder, path).lstrip("/")


def _copy(stage: Stage, rest: str, stages: dict[str, Stage], context: Path) -> None:
    words = shlex.split(rest)
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = [word for word in words if not word.startswith("--")]
    for source in sources:
        origin = stages[options["from"]].root / source.lstrip("/") if "from" in options else context / source
        into = target.endswith(("/", "."))
        place = _inside(stage, target) / (origin.name if into and origin.is_file() else "")
        place.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_file():
            assert not any(fnmatch(origin.name, secret) for secret in (".env", "*.key", "*.pem"))
            shutil.copy(origin, place)
        else:
            ignored = None if "from" in options else IGNORED
            shutil.copytree(origin, place, symlinks=True, dirs_exist_ok=True, ignore=ignored)


def _run(stage: Stage, command: str, folder: Path) -> None:
    programs = folder / "programs"
    if not programs.exists():
        programs.mkdir()
        (programs / "python").symlink_to(sys.executable)
        # A link alone would find the packages of the test's own environment.
        (programs / "python").unlink()
        base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        (programs / "python").write_text(f'#!/bin/sh\nexec "{base}" "$@"\n')
        (programs / "python").chmod(0o755)
    moved = OURS.sub(f"{stage.root}/", command)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("EXCHANGE_", "VIRTUAL_"))}
    environment |= stage.environment | {"PATH": f"{programs}:{os.environ['PATH']}", "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", moved],
        cwd=_inside(stage, "."),
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"RUN {command}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
