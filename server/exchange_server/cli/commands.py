"""Make a function a command: the common options before or after the command's name, and errors as one line."""

import functools
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import typer

from exchange_server.cli.output import fail
from exchange_server.cli.session import CommandError, Output, Session, UsageError
from exchange_server.compiled_engine import EngineNotAsWanted

Function = TypeVar("Function", bound=Callable[..., None])
Run: TypeAlias = Callable[[typer.Context, Session, dict[str, Any]], None]
"""Takes the session with the common options in it, and the function's own options."""

PANEL = "Connection and output"

AddressOption = Annotated[
    str | None, typer.Option("--address", metavar="HOST:PORT", help="Server to call.", rich_help_panel=PANEL)
]
ApiKeyOption = Annotated[
    str | None, typer.Option("--api-key", metavar="KEY", help="API key to call with.", rich_help_panel=PANEL)
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="PROFILE", help="Whose key of exchange dev to use: alice, bob, admin.", rich_help_panel=PANEL
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Where exchange dev keeps its data.", rich_help_panel=PANEL),
]
OutputOption = Annotated[
    Output | None, typer.Option("--output", "-o", help="JSON is the default when piped.", rich_help_panel=PANEL)
]

COMMON: dict[str, Any] = {
    "address": AddressOption,
    "api_key": ApiKeyOption,
    "profile": ProfileOption,
    "data_dir": DataDirOption,
    "output": OutputOption,
}


def group(help_text: str) -> typer.Typer:
    """Return a group of commands."""
    return typer.Typer(
        help=help_text, no_args_is_help=True, rich_markup_mode=markup_mode(), pretty_exceptions_enable=False
    )


def markup_mode() -> Any:
    """Return how help is written: boxes for people; plain text, at half the start-up time, when nobody looks."""
    return "rich" if sys.stdout.isatty() else None


def client_command(app: typer.Typer, name: str, *, profile: str | None = None) -> Callable[[Function], Function]:
    """Register a function whose first parameter is the Session.

    The common options may stand before the group's name or after the command's; the latter win. `profile` is whose
    key is used when nobody is named.
    """

    def register(function: Function) -> Function:
        def run(_: typer.Context, session: Session, own: dict[str, Any]) -> None:
            with_errors(function, session if profile is None else with_default_profile(session, profile), **own)

        app.command(name)(_with_common_options(function, run))
        return function

    return register


def group_command(app: typer.Typer) -> Callable[[Function], Function]:
    """Register what a group does when none of its commands is named: a function that takes the Session.

    The common options may stand after the group's name, too, and then hold for the command that follows.
    """

    def register(function: Function) -> Function:
        def run(ctx: typer.Context, session: Session, own: dict[str, Any]) -> None:
            ctx.obj = session
            if ctx.invoked_subcommand is None:
                with_errors(function, session, **own)

        app.callback(invoke_without_command=True, no_args_is_help=False)(_with_common_options(function, run))
        return function

    return register


def _with_common_options(function: Function, run: Run) -> Callable[..., None]:
    """Return what typer calls: with the common options, and the function's own, which come after its session."""
    signature = inspect.signature(function, eval_str=True)
    _, *own = signature.parameters.values()

    @functools.wraps(function)
    def called(ctx: typer.Context, **arguments: Any) -> None:
        common = {option: arguments.pop(option) for option in COMMON}
        run(ctx, (ctx.find_object(Session) or Session()).override(**common), arguments)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *(parameter.replace(kind=keyword) for parameter in own),
        *(inspect.Parameter(option, keyword, annotation=kind, default=None) for option, kind in COMMON.items()),
    ]
    vars(called)["__signature__"] = signature.replace(parameters=parameters)
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def with_default_profile(session: Session, profile: str) -> Session:
    """Return the session with another profile for when nobody is named."""
    from dataclasses import replace

    return replace(session, default_profile=profile)


def with_errors(function: Callable[..., None], /, *args: Any, **kwargs: Any) -> None:
    """Run a command; what it raises becomes one line and an exit code. A bug keeps its traceback."""
    try:
        function(*args, **kwargs)
    except UsageError as error:
        fail(str(error))
        raise typer.Exit(2) from error
    except CommandError as error:
        fail(str(error))
        raise typer.Exit(1) from error
    except BrokenPipeError:
        # The reader has seen enough (`| head`). Python would complain once more when it flushes at exit.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        raise typer.Exit(0) from None
    except Exception as error:
        line = describe(error)
        if line is None:
            raise
        fail(line)
        raise typer.Exit(1) from error


def describe(error: Exception) -> str | None:
    """Return the line for an error of the SDK (reason, field, message) or of the set-up; None for any other."""
    if isinstance(error, EngineNotAsWanted):
        return str(error)
    sdk = sys.modules.get("exchange_sdk")
    if sdk is None or not isinstance(error, sdk.ExchangeError):
        return None
    if isinstance(error, sdk.PermissionDenied) and os.environ.get("EXCHANGE_API_KEY"):
        return f"{error}; the key is that of EXCHANGE_API_KEY unless --api-key or --as names another"
    return str(error)
