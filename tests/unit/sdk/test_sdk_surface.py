"""Both SDKs have the same methods with the same arguments, but for what docs/sdk-differences.md says."""

import dataclasses
import inspect

import pytest

import exchange_sdk as sdk
from exchange_sdk._admin_async import AsyncAdmin
from exchange_sdk._admin_sync import Admin
from tests.sdk_surface import documented, expected_of_typescript, python_surface, typescript_problems

pytestmark = pytest.mark.timeout(180)


def test_what_typescript_has_is_what_python_has_and_the_document_says() -> None:
    assert typescript_problems(expected_of_typescript(python_surface(), documented())) == []


def test_a_method_or_an_argument_that_one_of_them_lacks_is_found() -> None:
    python = python_surface()
    changed = dataclasses.replace(
        python,
        methods={
            **python.methods,
            "place_order": python.methods["place_order"] - {"slide"},
            "cancel_order": python.methods["cancel_order"] | {"reason"},
            "order_entry.amend": frozenset(),
            "get_weather": frozenset(),
        },
        first={**python.first, "get_market": ()},
    )
    said = "\n".join(typescript_problems(expected_of_typescript(changed, documented())))
    for words in (
        '{ lacks: "getWeather"; has: never; }',
        '{ lacks: never; has: "slide"; }',
        '{ lacks: "reason"; has: never; }',
        "not an object",
        "keyof AmendOrder",
    ):
        assert words in said


def test_the_document_names_only_what_there_is() -> None:
    differences, python = documented(), python_surface()
    assert differences.only_python <= set(python.methods)
    assert not differences.only_typescript & set(python.methods)
    assert set(differences.arguments) - set(python.methods) == {"every call", "every stream"}


@pytest.mark.parametrize(
    ("blocking", "asynchronous"),
    [(sdk.Client, sdk.AsyncClient), (sdk.OrderEntry, sdk.AsyncOrderEntry), (Admin, AsyncAdmin)],
    ids=["client", "order entry", "admin"],
)
def test_python_s_two_clients_take_the_same(blocking: type, asynchronous: type) -> None:
    def taken(kind: type) -> dict[str, list[tuple[str, str, str]]]:
        return {
            name: [
                (each.name, str(each.kind), repr(each.default))
                for each in inspect.signature(function).parameters.values()
            ]
            for name, function in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert taken(blocking) == taken(asynchronous)
    assert len(taken(blocking)) > 5
