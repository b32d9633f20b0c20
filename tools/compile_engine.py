"""Compile the engine with mypyc, in place: an import then takes the shared objects instead of the sources.

    python tools/compile_engine.py                  build next to the sources (git ignores what is built)
    python tools/compile_engine.py --if-possible    the same if there is a compiler and nothing is built of these
                                                    sources yet; a word and success if it cannot be
    python tools/compile_engine.py --clean          remove what was built
    python tools/compile_engine.py --root FOLDER    the same for an exchange_server elsewhere: an installed one

Everything works without. A build of other sources than the present ones is not used: `exchange_server.compiled_engine`
sees to that. It is made elsewhere and moved in when it is complete; a failure leaves what was there before.
"""

import argparse
import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange_server.compiled_engine import RECORD, digest_of, sources, why_unusable, write_record

SERVER = Path(__file__).resolve().parent.parent / "server"
PACKAGE = Path("exchange_server/engine")
# mypyc names the module that holds the code of a group after a hash of its members.
GROUP = "*__mypyc*.so"
NO_COMPILER = 3
"""Exit status of `--if-possible` when another attempt costs nothing and may find a compiler."""


def build(root: Path) -> None:
    """Compile the package below `root` in place.

    Raises CalledProcessError with the compiler's words in `stdout`, OSError when the folder cannot be written to.
    """
    engine = root / PACKAGE
    with tempfile.TemporaryDirectory(prefix="mypyc-") as scratch, _one_at_a_time(engine):
        copy = Path(scratch) / "root"
        (copy / PACKAGE).mkdir(parents=True)
        (copy / PACKAGE.parent / "__init__.py").touch()
        for path in (engine / "__init__.py", *sources(engine)):
            shutil.copy(path, copy / PACKAGE)
        _compile(copy, Path(scratch))
        _move_in(copy, root)


def _compile(root: Path, scratch: Path) -> None:
    modules = [str(path.relative_to(root)) for path in sources(root / PACKAGE)]
    setup = scratch / "setup.py"
    setup.write_text(
        "from mypyc.build import mypycify\n"
        "from setuptools import setup\n"
        f"modules = mypycify({['--strict', *modules]!r}, opt_level='3', target_dir={str(scratch / 'c')!r})\n"
        "setup(name='exchange-engine', packages=[], ext_modules=modules)\n"
    )
    command = [sys.executable, str(setup), "--quiet", "build_ext", "--inplace", "--build-temp", str(scratch / "o")]
    command += ["--build-lib", str(scratch / "l")]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _move_in(copy: Path, root: Path) -> None:
    """Replace what was built by what stands in the copy; until the record is written none of it is used."""
    digest = digest_of(copy / PACKAGE)
    clean(root)
    try:
        files = []
        for path in _built(copy):
            place = root / path.relative_to(copy)
            # Under another name first: who maps a shared object must not see it written.
            shutil.copy(path, place.with_suffix(".new"))
            place.with_suffix(".new").replace(place)
            files.append(os.path.relpath(place, root / PACKAGE))
        write_record(root / PACKAGE, digest, files)
    except BaseException:
        clean(root)
        raise


def clean(root: Path) -> int:
    """Remove what was built below `root`; return how many shared objects there were."""
    (root / PACKAGE / RECORD).unlink(missing_ok=True)
    built = _built(root)
    for path in built:
        path.unlink()
    for path in (*root.glob("*.new"), *(root / PACKAGE).glob("*.new")):
        path.unlink()
    return len(built)


def _built(root: Path) -> list[Path]:
    return [*(root / PACKAGE).glob("*.so"), *root.glob(GROUP)]


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let no other build work on the folder meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def missing() -> str | None:
    """Return what a build needs and this machine does not have; None if there is all."""
    words = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    if not words or shutil.which(words[0]) is None:
        return f"there is no C compiler ({words[0] if words else 'cc'})"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "Python's headers are missing"
    return None


def build_if_possible(root: Path) -> int:
    """Build what is not built yet; whatever happens, say it in one line. Return the exit status."""
    if why_unusable(root / PACKAGE) is None:
        return 0
    absent = missing()
    if absent is not None:
        print(f"The engine runs uncompiled, slower: {absent}")
        return NO_COMPILER
    print("Compiling the engine (half a minute; COMPILE=no does without)", flush=True)
    try:
        build(root)
    except subprocess.CalledProcessError as error:
        print(f"The engine runs uncompiled, slower: {_gist(error.stdout)} (all of it: make compile)")
    except OSError as error:
        print(f"The engine runs uncompiled, slower: {error}")
    return 0


def _gist(output: str) -> str:
    """Return the line that says what went wrong: the first error with a place, else the last line of all."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["the compiler does not say why"]
    return textwrap.shorten(next((line for line in lines if ": error: " in line), lines[-1]), 160, placeholder=" …")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--clean", action="store_true", help="remove what was built")
    parser.add_argument("--if-possible", action="store_true", help="build what is not built yet, and never fail")
    parser.add_argument("--root", type=Path, default=SERVER, help="the folder that holds exchange_server")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    if arguments.clean:
        print(f"{clean(root)} shared objects removed")
        return 0
    if arguments.if_possible:
        return build_if_possible(root)
    try:
        build(root)
    except subprocess.CalledProcessError as error:
        print(error.stdout, file=sys.stderr)
        return 1
    print(f"{PACKAGE} is compiled below {root}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
