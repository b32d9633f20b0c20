"""`exchange gateway config` prints what Envoy needs, and faults are one line."""

import pytest
from typer.testing import CliRunner

from exchange_server.cli.main import app


def test_the_settings_are_printed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_GATEWAY_HOSTS", "exchange.example")
    done = CliRunner().invoke(app, ["gateway", "config"])
    assert done.exit_code == 0
    assert 'domains: ["exchange.example"]' in done.stdout
    assert "proto_descriptor_bin" in done.stdout


def test_a_setting_at_fault_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_GATEWAY_HOSTS", "https://exchange.example")
    monkeypatch.setenv("EXCHANGE_GATEWAY_LISTEN_PORT", "80800")
    for command in ("config", "run"):
        done = CliRunner().invoke(app, ["gateway", command])
        assert done.exit_code == 1
        (line,) = done.stderr.splitlines()
        assert "EXCHANGE_GATEWAY_HOSTS: " in line
        assert "EXCHANGE_GATEWAY_LISTEN_PORT: " in line
