"""The public methods of both SDKs' clients side by side: Python's by inspection, TypeScript's by its type checker."""

import inspect
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import exchange_sdk as sdk
from exchange_sdk._admin_sync import Admin
from tests.typescript_support import ROOT, environment

DOCUMENT: Final = ROOT / "docs" / "sdk-differences.md"
SESSION: Final = "order_entry."


@dataclass(frozen=True)
class Surface:
    """Methods by name, and the arguments that each takes by name: those that have to be given first are left out."""

    methods: Mapping[str, frozenset[str]]
    first: Mapping[str, tuple[str, ...]]
    """The arguments that come first, without a name."""


@dataclass
class Documented:
    """What docs/sdk-differences.md says, names as in Python."""

    only_python: set[str] = field(default_factory=set)
    only_typescript: set[str] = field(default_factory=set)
    arguments: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    """By method, or "every call", "every stream": what only Python takes, and what only TypeScript does."""


def python_surface() -> Surface:
    """Return the methods of the client, of its `admin`, and after `order_entry.` those of the session."""
    methods: dict[str, frozenset[str]] = {}
    first: dict[str, tuple[str, ...]] = {}
    for kind, prefix in ((sdk.Client, ""), (Admin, ""), (sdk.OrderEntry, SESSION)):
        for name, function in inspect.getmembers(kind):
            if name.startswith("_"):
                continue
            if not inspect.isfunction(function):
                methods[prefix + name] = frozenset()
                continue
            parameters = list(inspect.signature(function).parameters.values())[1:]
            required = [
                each for each in parameters if each.kind is not each.KEYWORD_ONLY and each.default is each.empty
            ]
            methods[prefix + name] = frozenset(each.name for each in parameters[len(required) :])
            first[prefix + name] = tuple(each.name for each in required)
    return Surface(methods | {"admin": frozenset()}, first)


def documented() -> Documented:
    """Read the tables of the document."""
    found = Documented()
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|-") or "only in Python" in line:
            continue
        names = [frozenset(re.findall(r"`([\w.]+)`", cell)) for cell in cells[:-1]]
        if len(cells) == 3:
            found.only_python |= names[0]
            found.only_typescript |= names[1]
        else:
            for method in names[0] or {cells[0]}:
                assert method not in found.arguments, method
                found.arguments[method] = names[1], names[2]
    return found


def expected_of_typescript(python: Surface, differences: Documented) -> Surface:
    """Return what TypeScript's clients must have, names as in Python."""
    methods: dict[str, frozenset[str]] = {}
    first = dict(python.first)
    for name, arguments in python.methods.items():
        if name in differences.only_python:
            continue
        wanted = set(arguments)
        for which in (_kind(name), name):
            only_python, only_typescript = differences.arguments.get(which, (frozenset(), frozenset()))
            wanted -= only_python if which == name else only_python & wanted
            assert which != name or only_python <= arguments, f"{name} does not take {set(only_python - arguments)}"
            if which != "every call" or "timeout" in arguments:
                wanted |= only_typescript
        # What only TypeScript names, Python may take first.
        first[name] = tuple(each for each in python.first.get(name, ()) if each not in wanted)
        methods[name] = frozenset(wanted)
    return Surface(methods | dict.fromkeys(differences.only_typescript, frozenset()), first)


def typescript_problems(expected: Surface) -> list[str]:
    """Compare with what TypeScript's type checker knows of the clients; return what it says against it."""
    lines = [_TYPES % {"sdk": ROOT / "sdks" / "typescript" / "src" / "node.ts"}]
    for client, prefix in (("NodeExchangeClient", ""), ("OrderEntry", SESSION)):
        of_client = {name.removeprefix(prefix): name for name in expected.methods if _is_of(name, prefix)}
        names = " | ".join(json.dumps(camel_case(name)) for name in of_client) or "never"
        lines.append(f'export const {client}_methods: Same<keyof sdk.{client} & string, {names}> = "the same";')
        for name, whole in of_client.items():
            if whole not in expected.first:
                continue
            arguments = " | ".join(json.dumps(camel_case(each)) for each in sorted(expected.methods[whole])) or "never"
            named = f'Named<sdk.{client}["{camel_case(name)}"], {len(expected.first[whole])}>'
            lines.append(f'export const {client}_{name}: Same<{named}, {arguments}> = "the same";')
    return _type_checked("\n".join(lines))


def camel_case(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def _kind(name: str) -> str:
    return "every stream" if name.startswith("stream_") or name == "subscribe" else "every call"


def _is_of(name: str, prefix: str) -> bool:
    return name.startswith(SESSION) if prefix else not name.startswith(SESSION)


_TYPES: Final = """
import type * as sdk from "%(sdk)s";

type Rest<Values extends unknown[], First extends number, Passed extends unknown[] = []> =
  Passed["length"] extends First ? Values
  : Values extends [unknown, ...infer Others] ? Rest<Others, First, [...Passed, unknown]>
  : ["too few come first"];
// Of each of several kinds of objects, and not only what they have in common.
type Keys<Value> = Value extends object ? keyof Value : `not an object: ${string & Value}`;
type NamesOf<Values> = Values extends [infer One, ...infer Others] ? Keys<One> | NamesOf<Others> : never;
type Named<Method, First extends number> =
  Method extends (...values: infer Values) => unknown ? NamesOf<Rest<Required<Values>, First>> : "not a method";
type Same<Found, Wanted> = [Found, Wanted] extends [Wanted, Found]
  ? "the same"
  : { lacks: Exclude<Wanted, Found>; has: Exclude<Found, Wanted> };
"""


def _type_checked(text: str) -> list[str]:
    with tempfile.TemporaryDirectory(dir=ROOT / "sdks" / "typescript", prefix=".surface-") as folder:
        (Path(folder) / "surface.ts").write_text(text, "utf-8")
        base = json.dumps({"extends": "../tsconfig.json", "include": ["surface.ts"]})
        (Path(folder) / "tsconfig.json").write_text(base, "utf-8")
        done = subprocess.run(
            [str(ROOT / "node_modules" / ".bin" / "tsc"), "--project", folder, "--pretty", "false"],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
