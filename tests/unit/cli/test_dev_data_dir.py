"""The data directory of `exchange dev`: one supervisor at a time, and nothing erased that is not ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from exchange_server.cli.dev.data_dir import DataDir, DataDirInUse
from exchange_server.cli.session import CommandError


def test_a_missing_or_empty_folder_is_taken_and_marked(tmp_path: Path) -> None:
    for path in (tmp_path / "new" / "deep", tmp_path / "empty"):
        path.mkdir(parents=True) if path.name == "empty" else None
        data = DataDir(path)
        data.acquire()
        assert (path / ".exchange-dev").exists()
        data.release()


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CommandError, match="not made by exchange dev; nothing was touched"):
        DataDir(tmp_path).acquire()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(CommandError, match=f"--data-dir {path}"):
        DataDir(path).acquire()


def test_a_second_supervisor_is_told_who_has_the_folder(tmp_path: Path) -> None:
    first = DataDir(tmp_path)
    first.acquire()
    with pytest.raises(DataDirInUse, match=rf"in use by another exchange dev \(process {os.getpid()}\)"):
        DataDir(tmp_path).acquire()
    first.release()
    second = DataDir(tmp_path)
    second.acquire()
    second.release()


def test_a_supervisor_that_died_does_not_keep_the_folder(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from exchange_server.cli.dev.data_dir import DataDir\n"
        "DataDir(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, timeout=30)
    data = DataDir(tmp_path)
    data.acquire()
    data.release()


def test_erase_empties_the_folder_but_keeps_it_ours_and_locked(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "d")
    data.acquire()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("")
    (data.path / "journal").mkdir()
    (data.path / "journal" / "1.seg").write_text("")
    (data.path / "credentials.json").write_text("")
    (data.path / "link").symlink_to(elsewhere)
    data.erase()
    assert {path.name for path in data.path.iterdir()} == {".exchange-dev", "dev.lock"}
    assert (elsewhere / "kept").exists()
    with pytest.raises(DataDirInUse):
        DataDir(data.path).acquire()
    data.release()
