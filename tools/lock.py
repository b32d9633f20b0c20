"""Resolve the workspace into requirements.lock, or check without network that the locks are current.

`write` asks uv to resolve every member; `check` compares the digest recorded in the lock with the one of the members'
dependencies as they are now, and refuses a lock that names a download address. `check` looks at npm's lock too.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
MEMBERS = {
    "exchange-server": "server",
    "exchange-sdk": "sdks/python",
    "exchange-proto": "sdks/python-proto",
    "exchange-betterproto": "sdks/python-betterproto",
    "exchange-bots": "bots",
}
OLDEST_PYTHON = "3.11"
DIGEST_LINE = re.compile(r"^# inputs: sha256:([0-9a-f]{64})$", re.MULTILINE)
NODE_LOCK = ROOT / "package-lock.json"
NODE_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
ADDRESS = re.compile(r"https?://|^\s*--?(?:index-url|extra-index-url|find-links|i|f)\b", re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Run `write UV [OPTION…]` or `check`; return the exit status."""
    match arguments:
        case ["write", uv, *options]:
            write(uv, options)
            return 0
        case ["check"]:
            problems = check() + check_node()
            for problem in problems:
                print(problem, file=sys.stderr)
            return 1 if problems else 0
        case _:
            print("usage: lock.py write UV [--upgrade] | check", file=sys.stderr)
            return 2


def write(uv: str, options: list[str]) -> None:
    """Resolve all members, their extras and the development tools, for every platform, with hashes.

    What the lock holds already is kept as long as it fits; `options` go to uv.

    Raises CalledProcessError if there is no resolution.
    """
    command = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--all-extras",
        "--no-header",
    ]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--python-version", OLDEST_PYTHON]
    for name in MEMBERS:
        # First-party code is installed editable and without its dependencies, which are all in the lock.
        command += ["--no-emit-package", name]
    command += [*options, "--group", "pyproject.toml:dev", "--output-file", LOCK.name]
    command += [f"{folder}/pyproject.toml" for folder in MEMBERS.values()]
    subprocess.run(command, cwd=ROOT, check=True)
    resolved = "".join(line for line in LOCK.read_text("utf-8").splitlines(keepends=True) if not line.startswith("# "))
    LOCK.write_text(f"# Written by `make lock`; do not edit.\n# inputs: sha256:{digest()}\n{resolved}", "utf-8")


def check() -> list[str]:
    """Return what is wrong with the lock, as sentences; empty if it is sound and current."""
    text = LOCK.read_text("utf-8")
    problems = [
        f"{LOCK.name} holds an address or an index option: {line.strip()}"
        for line in text.splitlines()
        if ADDRESS.search(line)
    ]
    recorded = DIGEST_LINE.search(text)
    if recorded is None:
        problems.append(f"{LOCK.name} does not record the digest of its inputs; run `make lock`")
    elif recorded[1] != digest():
        problems.append(f"{LOCK.name} is older than the dependencies it locks; run `make lock`")
    return problems


def check_node() -> list[str]:
    """Return what is wrong with npm's lock, as sentences: addresses, no hashes, or not what is asked for."""
    packages = json.loads(NODE_LOCK.read_text("utf-8"))["packages"]
    problems = []
    for name, package in packages.items():
        if package.get("link"):
            continue
        if "resolved" in package:
            problems.append(f"{NODE_LOCK.name} holds the address of {name}: {package['resolved']}")
        if name.startswith("node_modules/") and not package.get("inBundle") and "integrity" not in package:
            problems.append(f"{NODE_LOCK.name} holds no hash of {name}")
    workspaces = ("", *packages[""].get("workspaces", ()))
    for folder in workspaces:
        asked = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
        locked = packages.get(folder, {})
        if any(asked.get(kind, {}) != locked.get(kind, {}) for kind in NODE_DEPENDENCIES):
            problems.append(f"{NODE_LOCK.name} is older than {folder or '.'}/package.json; run `make lock`")
    return problems


def digest() -> str:
    """Return the SHA-256 of everything in the members' pyproject files that a resolution depends on."""
    inputs: list[object] = [OLDEST_PYTHON]
    for folder in (*MEMBERS.values(), "."):
        document = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))
        project = document.get("project", {})
        keys = ("name", "requires-python", "dependencies", "optional-dependencies")
        inputs.append([folder, {key: project.get(key) for key in keys}, document.get("dependency-groups")])
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
