"""The Python SDK on the cases that every SDK has to pass (`tests/conformance`)."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exchange_sdk import PriceLevel
from exchange_sdk._decimals import from_wire, to_wire
from exchange_sdk.local_order_book import book_checksum

CASES = Path(__file__).parents[2] / "conformance"
DECIMALS = json.loads((CASES / "decimals.json").read_text("utf-8"))
CHECKSUMS = json.loads((CASES / "book_checksums.json").read_text("utf-8"))["cases"]

KINDS = {"text": str, "integer": int, "decimal": Decimal, "binary": float}
ERRORS = {"type": TypeError, "value": ValueError}


@pytest.mark.parametrize("case", DECIMALS["to_wire"], ids=lambda case: f"{case['kind']}-{case['input']}")
def test_a_decimal_goes_out_exactly_or_not_at_all(case: dict[str, str]) -> None:
    value: Any = KINDS[case["kind"]](case["input"])
    if "error" in case:
        with pytest.raises(ERRORS[case["error"]], match=r"^price: "):
            to_wire(value, "price")
    else:
        assert to_wire(value, "price") == case["wire"]


@pytest.mark.parametrize("case", DECIMALS["from_wire"], ids=lambda case: case["wire"])
def test_a_decimal_comes_in_exactly(case: dict[str, str]) -> None:
    assert from_wire(case["wire"]) == Decimal(case["equals"])


def test_a_bool_is_no_number() -> None:
    with pytest.raises(TypeError):
        to_wire(True, "price")


@pytest.mark.parametrize("case", CHECKSUMS, ids=lambda case: case["name"])
def test_a_book_has_the_checksum(case: dict[str, Any]) -> None:
    asks = [PriceLevel(Decimal(price), Decimal(quantity)) for price, quantity in case["asks"]]
    bids = [PriceLevel(Decimal(price), Decimal(quantity)) for price, quantity in case["bids"]]
    assert book_checksum(asks, bids, case["price_decimals"], case["quantity_decimals"]) == case["checksum"]
