"""Compile the engine with mypyc, in place: an import then takes the shared objects instead of the sources.

    python tools/compile_engine.py            build next to the sources (git ignores *.so)
    python tools/compile_engine.py --clean    remove what was built
    python tools/compile_engine.py --copy D   copy the package to D and build there, for comparing the two

Optional: everything works without a compiler. The build has to be repeated after every change of the sources.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SERVER = Path(__file__).resolve().parent.parent / "server"
PACKAGE = Path("exchange_server/engine")
# mypyc names the module that holds the code of a group after a hash of its members.
GROUP = "*__mypyc*.so"


def sources(root: Path) -> list[str]:
    """Return the modules to compile, relative to `root`; `__init__` stays as it is."""
    return sorted(str(path.relative_to(root)) for path in (root / PACKAGE).glob("*.py") if path.name != "__init__.py")


def build(root: Path) -> None:
    """Compile the package below `root` in place; raise CalledProcessError with the compiler's words on stderr."""
    with tempfile.TemporaryDirectory(prefix="mypyc-") as scratch:
        setup = Path(scratch) / "setup.py"
        setup.write_text(
            "from mypyc.build import mypycify\n"
            "from setuptools import setup\n"
            f"modules = mypycify({['--strict', *sources(root)]!r}, opt_level='3', target_dir={scratch + '/c'!r})\n"
            "setup(name='exchange-engine', packages=[], ext_modules=modules)\n"
        )
        command = [sys.executable, str(setup), "--quiet", "build_ext", "--inplace", "--build-temp", scratch + "/o"]
        command += ["--build-lib", scratch + "/l"]
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def clean(root: Path) -> int:
    """Remove shared objects below `root`; return how many there were."""
    built = [*(root / PACKAGE).glob("*.so"), *root.glob(GROUP)]
    for path in built:
        path.unlink()
    return len(built)


def copy(target: Path) -> None:
    """Copy the package, sources only, to `target`."""
    (target / PACKAGE).parent.mkdir(parents=True, exist_ok=True)
    (target / PACKAGE.parent / "__init__.py").touch()
    shutil.copytree(SERVER / PACKAGE, target / PACKAGE, ignore=shutil.ignore_patterns("*.so", "__pycache__"))


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--clean", action="store_true", help="remove what was built")
    parser.add_argument("--copy", type=Path, metavar="D", help="build a copy there instead of in place")
    arguments = parser.parse_args()
    root: Path = arguments.copy or SERVER
    if arguments.clean:
        print(f"{clean(root)} shared objects removed")
        return 0
    if arguments.copy:
        copy(root)
    try:
        build(root)
    except subprocess.CalledProcessError as error:
        print(error.stdout, file=sys.stderr)
        return 1
    print(f"{PACKAGE} is compiled below {root}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
