"""Who tells a tale: the naive exchange or the engine; every test that asks for one is told by both."""

from typing import TypeAlias

import pytest

from tests.unit.oracle.engine_tale import EngineTale
from tests.unit.oracle.tale import OracleTale, Tale

Teller: TypeAlias = type[OracleTale] | type[EngineTale]


@pytest.fixture(params=[OracleTale, EngineTale], ids=["oracle", "engine"])
def teller(request: pytest.FixtureRequest) -> Teller:
    """Who tells a tale."""
    told_by: Teller = request.param
    return told_by


@pytest.fixture
def tale(teller: Teller) -> Tale:
    """A market without fees, in which everybody is rich."""
    return teller()
