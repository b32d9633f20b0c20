"""Check docker-compose.yml against the compose specification's schema, and lint the Dockerfiles; needs no engine."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
SCHEMA = ROOT / "third_party/compose-spec/compose-spec.json"
DOCKERFILES = ROOT / "deploy/docker"
# The images' tags are versions that a test compares with the lock; `python:3.12-slim` is meant to take up fixes.
LINT_IGNORED = ("DL3006", "DL3013", "DL3042")


def compose_problems(document: Any) -> list[str]:
    """Return what the specification does not allow, as sentences with the place; empty if all is well."""
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))
    return [f"{COMPOSE.name}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def lint_problems() -> str:
    """Return what hadolint says of the Dockerfiles; empty if nothing."""
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    files = [str(path.relative_to(ROOT)) for path in sorted(DOCKERFILES.glob("*.Dockerfile"))]
    options = [option for code in LINT_IGNORED for option in ("--ignore", code)]
    done = subprocess.run([hadolint, *options, *files], cwd=ROOT, check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr) if done.returncode else ""


def main() -> int:
    """Print every problem; return the exit status."""
    problems = compose_problems(yaml.safe_load(COMPOSE.read_text("utf-8")))
    linted = lint_problems().strip()
    for problem in [*problems, *([linted] if linted else [])]:
        print(problem, file=sys.stderr)
    return 1 if problems or linted else 0


if __name__ == "__main__":
    sys.exit(main())
