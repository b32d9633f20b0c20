"""Refuse files that name a package registry's host: where packages come from is the installer's setting, not ours."""

import re
import subprocess
import sys
from pathlib import Path

# In two parts, so that this file does not name them either.
HOSTS = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("crates", "io"),
    ("proxy.golang", "org"),
    ("docker", "io"),
)
PATTERN = re.compile("|".join(rf"\b{re.escape(name)}\.{domain}\b" for name, domain in HOSTS))


def main() -> int:
    """Look through every file that git tracks or would track; exit 1 with file and line of each finding."""
    root = Path(__file__).resolve().parent.parent
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        print("Not a git checkout: addresses are not checked")
        return 0
    findings = [
        f"{name}:{number}: names a registry's host: {match[0]}"
        for name in listing.stdout.decode().split("\0")
        if name and (root / name).is_file()
        for number, line in enumerate((root / name).read_bytes().splitlines(), 1)
        if (match := PATTERN.search(line.decode("utf-8", "replace")))
    ]
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
