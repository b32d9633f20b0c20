"""What reaches the log."""

import logging

import pytest

from exchange_server.telemetry.logs import configure_logging


def test_an_answer_that_nobody_waits_for_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("info", "text")
    try:
        grpc_log = logging.getLogger("grpc._cython.cygrpc")
        grpc_log.error("ExecuteBatchError raised in core by servicer method [/exchange.v1.OrderService/PlaceOrder]")
        grpc_log.error("UsageError raised in core by servicer method [/exchange.v1.OrderService/PlaceOrder]")
    finally:
        root.handlers[:], root.level = handlers, level
    told = capsys.readouterr().err
    assert "UsageError" in told
    assert "ExecuteBatchError" not in told
