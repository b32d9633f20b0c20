"""Every field of every request with what must not work, and what just does.

`TABLE` has, for each request message and field, values and what must come of them when everything else in the request
is sound. `test_bad_input` walks the contract: a field that is not here fails it.
"""

from tests.integration.bad_input.account_fields import ACCOUNTS, MARKET_DATA
from tests.integration.bad_input.admin_fields import ADMINISTRATION
from tests.integration.bad_input.cases import Case
from tests.integration.bad_input.history_fields import EMPTY_RANGES, MARKET_HISTORY
from tests.integration.bad_input.order_fields import COMBINATIONS as OF_ORDERS
from tests.integration.bad_input.order_fields import ORDER_ENTRY, ORDERS
from tests.integration.bad_input.stream_fields import STREAMS

__all__ = ["COMBINATIONS", "TABLE"]

TABLE: dict[str, dict[str, list[Case]]] = (
    MARKET_DATA | MARKET_HISTORY | STREAMS | ORDERS | ACCOUNTS | ADMINISTRATION | ORDER_ENTRY
)
COMBINATIONS = OF_ORDERS + EMPTY_RANGES
