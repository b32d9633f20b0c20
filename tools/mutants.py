"""Change the engine in one place and see whether a test fails; once for every such change (`[tool.mutmut]`).

`mutants.py` copies what is needed to build/mutants and runs mutmut there, then prints a table and writes what
survived, as differences, to build/mutants/survivors.diff. `mutants.py again` tries only what the last run did not
kill, and `mutants.py PATTERN…` (`*.walk.*`) the mutants whose names match, both with the tests as they are now. Exits
1 when fewer than 90 % are killed, or not all were tried that should be.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "build" / "mutants"
COPIED: Final = ("server/exchange_server", "tests", "bench", "pyproject.toml")
WANTED_PERCENT: Final = 90
PROCESSES: Final = min(os.cpu_count() or 1, 2)
MEMORY_BYTES: Final = 3 << 30
"""Of a process: a loop that a mutant made endless is to fail, not to fill the machine before its time is out."""

VERDICTS: Final = {0: "survived", 1: "killed", 3: "killed", None: "not tried", 5: "no test", 33: "no test"}
KILLED: Final = ("killed", "timeout")
TIMEOUT_CODES: Final = (-24, -14, 24, 36, 152, 255)


def main(patterns: list[str]) -> int:
    """Run and report; return the exit status."""
    if not patterns or not FOLDER.exists():
        make_folder()
    else:
        # Not the settings: others would make every verdict void.
        copy("tests")
    if patterns == ["again"]:
        patterns = [name for name, verdict in read_verdicts() if verdict not in KILLED]
        if not patterns:
            print("Nothing survived the last run")
            return 0
    started = time.monotonic()
    run(patterns)
    verdicts = dict(read_verdicts())
    os.chdir(FOLDER)
    tried = {name: verdict for name, verdict in verdicts.items() if verdict != "not tried"}
    write_survivors([name for name, verdict in tried.items() if verdict not in KILLED])
    percent = report(tried)
    if len(tried) < len(verdicts):
        print(f"{len(verdicts) - len(tried)} more were not tried")
    print(f"{time.monotonic() - started:.0f} seconds; what survived is in {FOLDER.relative_to(ROOT)}/survivors.diff")
    complete = bool(patterns) or len(tried) == len(verdicts)
    return 0 if complete and percent >= WANTED_PERCENT else 1


def make_folder() -> None:
    """Copy the package to the top of an empty folder, without what was compiled, and its tests beside it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in COPIED:
        copy(name)


def copy(name: str) -> None:
    """Copy a folder or file of the project, in place of what was copied before."""
    source, target = ROOT / name, FOLDER / Path(name).name
    if source.is_file():
        shutil.copy2(source, target)
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.so", ".compiled.json", "__pycache__"))


def run(patterns: list[str]) -> None:
    """Let mutmut try the mutants, with the sources of the engine and the tests in a small size.

    Raises CalledProcessError when it cannot: the tests fail without any mutant, for one.
    """
    environment = {**os.environ, "EXCHANGE_ENGINE": "pure", "EXCHANGE_TEST_SIZE": "mutants", "PYTHONHASHSEED": "0"}
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [str(mutmut), "run", "--max-children", str(PROCESSES), *patterns]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    subprocess.run(command, cwd=FOLDER, env=environment, check=True)


def read_verdicts() -> Iterator[tuple[str, str]]:
    """Give the name of every mutant, and what became of it."""
    for path in sorted((FOLDER / "mutants").rglob("*.meta")):
        codes: dict[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        for name, code in codes.items():
            yield name, "timeout" if code in TIMEOUT_CODES else VERDICTS.get(code, f"exit {code}")


def write_survivors(names: list[str]) -> None:
    """Write what each of these mutants changes; in the folder, which is where mutmut looks for its settings."""
    from mutmut.mutation.diff_apply import find_mutant, get_diff_for_mutant

    with Path("survivors.diff").open("w", encoding="utf-8") as file:
        for name in names:
            difference = get_diff_for_mutant(name, path=find_mutant(name).path)
            file.write(f"# {name}\n{difference}\n")


def report(verdicts: dict[str, str]) -> float:
    """Print a line a module and return how many percent are killed, time-outs included."""
    kinds = ("killed", "timeout", "survived")
    rows: dict[str, Counter[str]] = {}
    for name, verdict in verdicts.items():
        counted = verdict if verdict in kinds else "other"
        for row in (name.split(".")[2], "all"):
            rows.setdefault(row, Counter())[counted] += 1
    rows["all"] = rows.pop("all")
    print(f"\n{'module':16}{'mutants':>9}{'killed':>9}{'timeout':>9}{'survived':>9}{'other':>9}{'percent':>9}")
    percent = 0.0
    for row, counts in rows.items():
        percent = 100 * (counts["killed"] + counts["timeout"]) / counts.total()
        numbers = "".join(f"{counts[kind]:9}" for kind in (*kinds, "other"))
        print(f"{row:16}{counts.total():9}{numbers}{percent:9.1f}")
    return percent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
