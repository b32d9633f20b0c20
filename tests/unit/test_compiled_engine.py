"""Compiled modules are used only if they were made of exactly the present sources; a build is whole or not there."""

import os
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import exchange_server
from exchange_server.compiled_engine import (
    RECORD,
    VARIABLE,
    EngineNotAsWanted,
    Variant,
    choose,
    digest_of,
    why_unusable,
    write_record,
)
from tools import compile_engine

SOURCES = {"__init__.py": "", "book.py": "ORDERS = 1\n", "engine.py": "from exchange_server.engine import book\n"}


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """The folder of an engine of two modules, without a build, in a package that finds it as ours does."""
    folder = tmp_path / "exchange_server" / "engine"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "compiled_engine.py"):
        shutil.copy(Path(exchange_server.__file__).parent / name, folder.parent)
    for name, text in SOURCES.items():
        (folder / name).write_text(text)
    return folder


def pretend_build(engine: Path) -> None:
    """Leave what a build leaves; the shared objects are empty, so that importing one fails."""
    files = [f"{name}{EXTENSION_SUFFIXES[0]}" for name in ("book", "engine")]
    for file in files:
        (engine / file).touch()
    write_record(engine, digest_of(engine), files)


def test_a_build_of_the_present_sources_is_used(engine: Path) -> None:
    pretend_build(engine)
    assert choose(engine, "") == choose(engine, "compiled") == Variant(True, "")
    assert str(choose(engine, "")) == "compiled"


def test_without_a_build_the_sources_are_used(engine: Path) -> None:
    assert str(choose(engine, "")) == "pure Python (not compiled)"


@pytest.mark.parametrize(
    "change",
    [
        lambda engine: (engine / "book.py").write_text("ORDERS = 2\n"),
        lambda engine: (engine / "ladder.py").write_text("\n"),
        lambda engine: (engine / "book.py").unlink(),
        lambda engine: (engine / "book.py").rename(engine / "ladder.py"),
    ],
    ids=["changed", "added", "removed", "renamed"],
)
def test_any_change_of_the_sources_makes_a_build_unusable(change: object, engine: Path) -> None:
    pretend_build(engine)
    assert callable(change)
    change(engine)
    assert str(choose(engine, "")) == "pure Python (changed since it was compiled)"


def test_a_checkout_that_changes_only_times_keeps_the_build_usable(engine: Path) -> None:
    pretend_build(engine)
    os.utime(engine / "book.py", (1, 1))
    (engine / "book.py").write_text("ORDERS = 2\n")
    assert why_unusable(engine) is not None
    (engine / "book.py").write_text(SOURCES["book.py"])
    assert why_unusable(engine) is None


def test_a_build_that_misses_a_file_or_is_another_pythons_is_not_used(engine: Path) -> None:
    pretend_build(engine)
    (engine / f"book{EXTENSION_SUFFIXES[0]}").unlink()
    assert why_unusable(engine) == "compiled incompletely"
    pretend_build(engine)
    record = (engine / RECORD).read_text()
    (engine / RECORD).write_text(record.replace(EXTENSION_SUFFIXES[0], ".cpython-299.so"))
    assert why_unusable(engine) == "compiled for another Python"
    (engine / RECORD).write_text(record[:20])
    assert why_unusable(engine) == "not compiled: its record cannot be read"


def test_the_environment_forces_the_sources_or_makes_a_missing_build_an_error(engine: Path) -> None:
    with pytest.raises(EngineNotAsWanted, match="EXCHANGE_ENGINE=compiled, but the engine is not compiled"):
        choose(engine, "compiled")
    pretend_build(engine)
    assert str(choose(engine, "pure")) == "pure Python (EXCHANGE_ENGINE=pure)"
    with pytest.raises(EngineNotAsWanted, match="'fast'"):
        choose(engine, "fast")


def imported(root: Path, wanted: str = "") -> str:
    """Import the engine below `root` in a process of its own; give the file of a module, or the error's last line."""
    program = "import exchange_server.engine.book as book; print(book.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(root), VARIABLE: wanted}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return (done.stdout or done.stderr).strip().splitlines()[-1]


def test_an_import_takes_the_sources_when_the_build_beside_them_is_old(engine: Path) -> None:
    root = engine.parent.parent
    pretend_build(engine)
    assert "file too short" in imported(root), "the compiled modules are not what is imported"
    assert imported(root, "pure") == str(engine / "book.py")
    (engine / "book.py").write_text("ORDERS = 2\n")
    assert imported(root) == str(engine / "book.py")
    assert "EXCHANGE_ENGINE=compiled, but the engine is changed" in imported(root, "compiled")
    (engine / "book.py").unlink()
    assert imported(root).startswith("ModuleNotFoundError"), "the old build stands in for a module that is gone"


def test_a_failed_build_says_so_in_a_line_and_leaves_nothing(
    engine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(engine.parent.parent.rglob("*"))
    (engine / "book.py").write_text("ORDERS: str = 1\n")
    monkeypatch.setattr(compile_engine, "missing", lambda: None)
    assert compile_engine.build_if_possible(engine.parent.parent) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("The engine runs uncompiled, slower: exchange_server/engine/book.py:1: error:")
    assert sorted(engine.parent.parent.rglob("*")) == before


def test_a_compiler_that_fails_or_is_missing_is_said_and_fails_nothing(
    engine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(engine.parent.parent.rglob("*"))
    monkeypatch.setenv("CC", "no-such-compiler")
    assert compile_engine.build_if_possible(engine.parent.parent) == compile_engine.NO_COMPILER
    assert "there is no C compiler (no-such-compiler)" in capsys.readouterr().out
    monkeypatch.setenv("CC", "/bin/false")
    monkeypatch.setattr(compile_engine, "missing", lambda: None)
    assert compile_engine.build_if_possible(engine.parent.parent) == 0
    assert "The engine runs uncompiled, slower: error: Command '['/bin/false'" in capsys.readouterr().out
    assert sorted(engine.parent.parent.rglob("*")) == before


@pytest.mark.skipif(compile_engine.missing() is not None, reason="needs a C compiler and Python's headers")
def test_a_build_replaces_the_one_before_and_is_not_repeated(engine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = engine.parent.parent
    pretend_build(engine)
    (engine / f"gone{EXTENSION_SUFFIXES[0]}").touch()
    (engine / "book.py").write_text("ORDERS = 2\n")
    assert compile_engine.build_if_possible(root) == 0
    assert why_unusable(engine) is None
    assert not (engine / f"gone{EXTENSION_SUFFIXES[0]}").exists()
    assert imported(root) == str(engine / f"book{EXTENSION_SUFFIXES[0]}")
    capsys.readouterr()
    assert compile_engine.build_if_possible(root) == 0
    assert capsys.readouterr().out == ""
    assert compile_engine.clean(root) == 3
    assert why_unusable(engine) == "not compiled"
