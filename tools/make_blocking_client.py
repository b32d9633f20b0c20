"""Make the blocking client's methods from those for asyncio: `write` the files, or `check` that they are up to date.

Only where the two differ in words alone; what waits, such as a session of order entry, is written by hand (ADR 50).
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "sdks" / "python" / "exchange_sdk"
NAMES: Final = ("account", "admin", "market_data", "orders")
NOTE: Final = "\n\nMade from `{source}` by `make gen`: change that one.\n"

# In this order; what stands in code and docstrings alike.
WORDS: Final = (
    (r"\(await ((?:[^()]|\([^()]*\))*)\)", r"\1"),
    (r"\bawait ", ""),
    (r"\basync def\b", "def"),
    (r"\bAwaitable\[(\w+)\]", r"\1"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"_async import\b", "_sync import"),
    (r", for asyncio(?=[.\s])", ""),
)


def blocking(text: str, source: str) -> str:
    """Return a module for asyncio as the blocking one. Raises ValueError for words that it has no counterpart of."""
    for pattern, replacement in WORDS:
        text = re.sub(pattern, replacement, text)
    if left := re.search(r".*\b(?:async|await|asyncio|AsyncIterator)\b.*", text):
        raise ValueError(f"{source}: {left[0].strip()}")
    title, _, rest = text.partition('"""\n')
    noted = title + NOTE.format(source=source) + '"""\n' + rest
    return _ruff("format", "-", text=_ruff("check", "--fix", "--quiet", "--select", "F401,I001", "-", text=noted))


def made() -> dict[Path, str]:
    """Return the files that are made, with their content."""
    sources = [FOLDER / f"_{name}_async.py" for name in NAMES]
    return {
        source.with_name(source.name.replace("_async", "_sync")): blocking(source.read_text("utf-8"), source.name)
        for source in sources
    }


def main() -> int:
    """Write or check; return the exit status."""
    if sys.argv[1:] not in (["write"], ["check"]):
        print(f"usage: {sys.argv[0]} write|check", file=sys.stderr)
        return 2
    files = made()
    if sys.argv[1] == "write":
        for path, text in files.items():
            path.write_text(text, "utf-8")
        return 0
    old = [path.name for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text]
    if old:
        print(f"{', '.join(old)}: not what the files for asyncio say; run make gen", file=sys.stderr)
    return 1 if old else 0


def _ruff(*words: str, text: str) -> str:
    command = [str(Path(sys.executable).with_name("ruff")), *words, "--stdin-filename", str(FOLDER / "made.py")]
    return subprocess.run(command, input=text, cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
